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
      before && !isNewDay && row.key !== newFrom && before.sender === row.sender &&
      row.at - before.at <= GROUP_GAP && before.style !== "notice" && row.style !== "notice";
    if (follows) items[items.length - 1].tail = false;
    items.push({ key: row.key, row, head: !follows, tail: true });
    before = row;
  }
  for (const item of items)
    if (item.row) item.stamp = [item.row.rev, item.row.state, item.head, item.tail, isGroup].join();
  return items;
}

const STATES = {
  sending: ["◷", "sending"],
  failed: ["!", "not sent"],
  sent: ["✓", "sent"],
  delivered: ["✓✓", "delivered"],
  read: ["✓✓", "read"],
};

function renderState(row) {
  const state = STATES[row.state] ? row.state : "sent";
  const label = row.receipt || STATES[state][1];
  const element = make("span", `imnb-state imnb-${state}`, STATES[state][0]);
  element.title = label;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  return element;
}

function renderQuote(row, send) {
  const { seq, name, text, hue } = row.quote;
  const from = make("span", "imnb-quote-name", name);
  const said = make("span", "imnb-quote-text", text);
  from.dir = said.dir = "auto";
  const quote = button("imnb-quote", `Answers ${name || "an earlier message"}: ${text}`, "", () => send({ type: "jump", seq }));
  quote.removeAttribute("title");
  quote.style.setProperty("--imnb-hue", Number(hue) || 0);
  quote.tabIndex = -1;
  quote.append(...(name ? [from, said] : [said]));
  return quote;
}

const THUMBNAIL = /^data:image\/(png|jpeg);base64,[A-Za-z0-9+/=]+$/;

/** A file, a place, or messages of elsewhere. */
function renderCard({ mark, title, lines, thumbnail }) {
  const sign = make("span", "imnb-card-mark", mark);
  sign.setAttribute("aria-hidden", "true");
  const texts = [title, ...lines].map((text, index) => {
    const line = make("div", index ? "imnb-card-line" : "imnb-card-title", text);
    line.dir = "auto";
    return line;
  });
  const card = make("div", "imnb-card", sign, make("div", "imnb-card-body", ...texts));
  if (THUMBNAIL.test(thumbnail ?? "")) {
    const image = make("img", "imnb-thumbnail");
    image.alt = title;
    image.src = thumbnail;
    sign.replaceWith(image);
  }
  return card;
}

function renderMeta(row) {
  const meta = make("span", "imnb-meta", `${row.edited ? "edited " : ""}${timeFormat.format(date(row.at))}`);
  meta.title = date(row.at).toLocaleString();
  if (row.mine) meta.append(" ", renderState(row));
  return meta;
}

function renderBubble(row, name, send) {
  const bubble = make("div", `imnb-bubble imnb-${row.style === "note" ? "note" : "text"}`);
  if (name) {
    const element = make("div", "imnb-name", name);
    element.style.setProperty("--imnb-hue", Number(row.hue) || 0);
    bubble.append(element);
  }
  if (row.forwarded) bubble.append(make("div", "imnb-forwarded", `Forwarded from ${row.forwarded}`));
  if (row.quote) bubble.append(renderQuote(row, send));
  if (row.card) bubble.append(renderCard(row.card));
  bubble.append(messageText(row), renderMeta(row));
  return bubble;
}

/** Who reacted how; a click is mine, or takes mine off. */
function renderReactions(row, send) {
  const chips = row.reactions.map(({ emoji, count, mine, who }) => {
    const run = () => send({ type: "react", key: row.key, emoji });
    const chip = button("imnb-reaction", `${emoji} ${count}, ${who}`, "", run);
    chip.append(make("span", "imnb-emoji", emoji), ` ${count}`);
    chip.setAttribute("aria-pressed", String(mine));
    chip.disabled = !row.actions.includes("react");
    chip.tabIndex = -1;
    return chip;
  });
  if (row.more_reactions) chips.push(make("span", "imnb-more-reactions", `+${row.more_reactions}`));
  return make("div", "imnb-reactions", ...chips);
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

/** Something that happened: a line in the middle. */
function renderNotice(row) {
  const text = make("span", "", row.text);
  text.dir = "auto";
  text.title = date(row.at).toLocaleString();
  const line = make("div", "imnb-notice", text);
  line.dataset.key = row.key;
  line.setAttribute("role", "note");
  line.tabIndex = -1;
  return line;
}

function renderMessage({ row, head, tail }, isGroup, send, openActions) {
  if (row.style === "notice") return renderNotice(row);
  const line = make("div", "imnb-line");
  line.classList.toggle("imnb-mine", row.mine);
  line.classList.toggle("imnb-head", head);
  line.classList.toggle("imnb-tail", tail);
  line.classList.toggle("imnb-to-me", row.to_me);
  line.tabIndex = -1;
  line.dataset.key = row.key;
  line.setAttribute("role", "article");
  line.setAttribute("aria-label", `${row.mine ? "You" : row.name}, ${timeFormat.format(date(row.at))}${row.to_me ? ", mentions you" : ""}`);
  const isNamed = isGroup && !row.mine;
  if (isNamed) line.append(tail ? avatar(row.initials, row.hue) : make("span", "imnb-avatar-space"));
  const column = make("div", "imnb-column", renderBubble(row, isNamed && head ? row.name : "", send));
  if (row.reactions.length) column.append(renderReactions(row, send));
  if (row.state === "failed") column.append(renderFailure(row, send));
  line.append(column);
  if (row.actions.length) {
    const more = button("imnb-more", "Actions", "⋯", () => {
      const { left, bottom } = more.getBoundingClientRect();
      openActions(row, line, { x: left, y: bottom });
    });
    more.setAttribute("aria-haspopup", "menu");
    more.tabIndex = -1;
    line.append(more);
  }
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
