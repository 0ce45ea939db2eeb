// What can be done with a message, by pointer and by keyboard.

const EMOJIS = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];

/** Copy a text; where a page may not, say so. */
async function copyText(text, complain) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    complain("The browser did not let this page copy");
  }
}

/** The rows of the menu of a message. */
function actionRows(row, send, { canForward, complain }) {
  const tell = (type) => () => send({ type, key: row.key });
  const all = {
    reply: { label: "Reply", run: tell("reply") },
    copy: { label: "Copy text", run: () => copyText(row.text, complain) },
    forward: { label: "Forward…", run: tell("forward") },
    edit: { label: "Edit", run: tell("edit") },
    retry: { label: "Send again", run: tell("retry") },
    revoke: { label: "Take back", run: tell("revoke"), isDanger: true },
    discard: { label: "Discard", run: tell("discard"), isDanger: true },
  };
  const names = row.actions.filter((name) => all[name] && (name !== "forward" || canForward));
  const rows = names.map((name) => [all[name]]);
  if (!row.actions.includes("react")) return rows;
  const mine = new Set(row.reactions.filter((one) => one.mine).map((one) => one.emoji));
  const emojis = EMOJIS.map((emoji) => ({
    label: `React with ${emoji}`,
    text: emoji,
    isChecked: mine.has(emoji),
    run: () => send({ type: "react", key: row.key, emoji }),
  }));
  return [emojis, ...rows];
}

/**
 * Keys in the messages: arrows go from message to message, the menu key and Enter
 * open the menu of one, Escape leaves it. `rowOf(element)` gives its row.
 */
function messageKeys(list, rowOf, openActions) {
  const { scroller } = list;
  const lines = () => [...list.body.querySelectorAll(":scope > .imnb-line, :scope > .imnb-notice")];
  const inSight = () => {
    const bottom = scroller.getBoundingClientRect().bottom;
    return lines().findLast((line) => line.getBoundingClientRect().top < bottom);
  };
  const move = (from, step) => {
    const all = lines();
    const at = all.indexOf(from);
    const next = at < 0 ? inSight() : all[Math.max(0, Math.min(all.length - 1, at + step))];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  };
  const open = (line) => {
    const row = rowOf(line);
    line.focus({ preventScroll: true });
    const { left, top } = line.querySelector(".imnb-bubble")?.getBoundingClientRect() ?? line.getBoundingClientRect();
    if (row) openActions(row, line, { x: left + 16, y: top + 16 });
  };
  scroller.addEventListener("keydown", (event) => {
    const line = event.target.closest(".imnb-line, .imnb-notice");
    if (event.key === "ArrowUp" || event.key === "ArrowDown") move(line, event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "Escape" && line) scroller.focus();
    else if (line && (asksForMenu(event) || (event.key === "Enter" && event.target === line))) open(line);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  scroller.addEventListener("contextmenu", (event) => {
    const line = event.target.closest(".imnb-line");
    if (!line || event.shiftKey || event.target.closest("a")) return;
    event.preventDefault();
    event.stopPropagation();
    const row = rowOf(line);
    if (row) openActions(row, line, { x: event.clientX, y: event.clientY });
  });
}
