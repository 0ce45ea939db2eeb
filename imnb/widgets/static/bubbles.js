// What a chat is made of: bubbles, days, the mark of what is new.

const GROUP_GAP = 5 * 60 * 1e6;

/** Rows as items of a list; `newFrom` is the key of the first unread one. */
function decorate(rows, { newFrom, isGroup, atStart }) {
  const items = [];
  let before = null;
  for (const row of rows) {
    row.day ??= dayOf(row.at);
    const isNewDay = before?.day !== row.day;
    if (!before && atStart) items.push({ key: "start", stamp: "" });
    if (isNewDay) items.push({ key: `day ${row.day}`, stamp: dayName(row.at), day: row.at });
    if (row.key === newFrom) items.push({ key: "new", stamp: "" });
    const follows =
      before && !isNewDay && row.key !== newFrom && before.sender === row.sender && row.at - before.at <= GROUP_GAP;
    if (follows) items[items.length - 1].tail = false;
    items.push({ key: row.key, row, head: !follows, tail: true });
    before = row;
  }
  for (const item of items)
    if (item.row) item.stamp = [item.row.rev, item.row.state, item.head, item.tail, isGroup].join();
  return items;
}

const STATES = { sending: ["◷", "sending"], failed: ["!", "not sent"], sent: ["✓", "sent"] };

function renderState(row) {
  const [sign, label] = STATES[row.state] ?? STATES.sent;
  const element = make("span", `imnb-state imnb-${row.state}`, sign);
  element.title = label;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  return element;
}

function renderBubble(row, name) {
  const bubble = make("div", `imnb-bubble imnb-${row.style === "note" ? "note" : "text"}`);
  if (name) {
    const element = make("div", "imnb-name", name);
    element.style.setProperty("--imnb-hue", Number(row.hue) || 0);
    bubble.append(element);
  }
  const text = make("span", "imnb-message-text", row.text);
  text.dir = "auto";
  const meta = make("span", "imnb-meta", timeFormat.format(date(row.at)));
  meta.title = date(row.at).toLocaleString();
  if (row.mine) meta.append(" ", renderState(row));
  bubble.append(text, meta);
  return bubble;
}

/** Why a message was not sent, and what can be done about it. */
function renderFailure(row, send) {
  const reason = make("span", "imnb-reason", row.error || "Not sent");
  reason.dir = "auto";
  return make(
    "div",
    "imnb-failure",
    reason,
    button("imnb-link", "Send again", "Send again", () => send({ type: "retry", key: row.key })),
    button("imnb-link", "Discard", "Discard", () => send({ type: "discard", key: row.key })),
  );
}

function renderMessage({ row, head, tail }, isGroup, send) {
  const line = make("div", "imnb-line");
  line.classList.toggle("imnb-mine", row.mine);
  line.classList.toggle("imnb-head", head);
  line.classList.toggle("imnb-tail", tail);
  line.setAttribute("role", "article");
  line.setAttribute("aria-label", `${row.mine ? "You" : row.name}, ${timeFormat.format(date(row.at))}`);
  const isNamed = isGroup && !row.mine;
  if (isNamed) line.append(tail ? avatar(row.initials, row.hue) : make("span", "imnb-avatar-space"));
  const column = make("div", "imnb-column", renderBubble(row, isNamed && head ? row.name : ""));
  if (row.state === "failed") column.append(renderFailure(row, send));
  line.append(column);
  return line;
}

function renderSeparator(item) {
  const isNew = item.key === "new";
  const text = isNew ? "New messages" : (item.day ? item.stamp : "No older messages");
  const line = make("div", `imnb-day${isNew ? " imnb-new" : ""}`, make("span", "", text));
  line.setAttribute("role", "separator");
  line.setAttribute("aria-label", text);
  return line;
}
