// One conversation: bubbles from old to new.

const GROUP_GAP = 5 * 60 * 1e6;

function decorate(rows, unreadFrom) {
  const items = [];
  let before = null;
  for (const row of rows) {
    const newDay = !before || dayOf(before.at) !== dayOf(row.at);
    if (newDay) items.push({ key: `day ${dayOf(row.at)}`, stamp: "", day: row.at });
    const head =
      newDay || before.sender !== row.sender || row.at - before.at > GROUP_GAP;
    if (head && items.length) {
      const last = items[items.length - 1];
      if (last.row) last.tail = true;
    }
    items.push({ key: row.key, row, head, tail: false });
    before = row;
  }
  if (items.length && items[items.length - 1].row) items[items.length - 1].tail = true;
  items.forEach((item, index) => {
    if (!item.row) return;
    const next = items[index + 1];
    item.tail = !next || !next.row || next.head;
    item.stamp = `${item.row.rev}${item.row.state}${item.head}${item.tail}`;
  });
  return items;
}

function renderState(row, send) {
  if (row.state === "sending") {
    const clock = make("span", "imnb-state imnb-sending", "◷");
    clock.title = "Sending";
    clock.setAttribute("aria-label", "sending");
    return clock;
  }
  if (row.state === "failed") return make("span", "imnb-state imnb-failed", "!");
  const tick = make("span", "imnb-state", "✓");
  tick.title = "Sent";
  tick.setAttribute("aria-label", "sent");
  return tick;
}

function renderMessage(item, isGroup, send) {
  const { row, head, tail } = item;
  const bubble = make("div", `imnb-bubble imnb-${row.style === "note" ? "note" : "text"}`);
  if (isGroup && head && !row.mine) {
    const name = make("div", "imnb-name", row.name);
    name.style.setProperty("--imnb-hue", row.hue);
    bubble.append(name);
  }
  const text = make("span", "imnb-message-text", row.text);
  text.dir = "auto";
  const meta = make("span", "imnb-meta", timeFormat.format(date(row.at)));
  if (row.mine) meta.append(" ", renderState(row));
  bubble.append(text, meta);
  const line = make(
    "div",
    `imnb-line${row.mine ? " imnb-mine" : ""}${head ? " imnb-head" : ""}${tail ? " imnb-tail" : ""}`,
  );
  line.setAttribute("role", "article");
  line.setAttribute("aria-label", `${row.mine ? "You" : row.name}, ${timeFormat.format(date(row.at))}`);
  if (isGroup && !row.mine) line.append(tail ? avatar(row.initials, row.hue) : make("span", "imnb-avatar-space"));
  const column = make("div", "imnb-column", bubble);
  if (row.state === "failed") {
    const failure = make("div", "imnb-failure", row.error || "Not sent", " ");
    failure.append(
      button("imnb-link", "Send again", "Send again", () => send({ type: "retry", key: row.key })),
      button("imnb-link", "Discard", "Discard", () => send({ type: "discard", key: row.key })),
    );
    column.append(failure);
  }
  line.append(column);
  return line;
}

function renderDay(item) {
  const line = make("div", "imnb-day", make("span", "", dayName(item.day)));
  line.setAttribute("role", "separator");
  return line;
}

function render({ model, el }) {
  el.classList.add("imnb", "imnb-chat");
  el.setAttribute("data-lm-suppress-shortcuts", "true");
  const title = make("div", "imnb-title");
  const subtitle = make("div", "imnb-subtitle");
  const picture = make("div", "imnb-picture");
  const header = make("header", "imnb-header", picture, make("div", "imnb-titles", title, subtitle));
  const scroller = make("div", "imnb-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "log");
  scroller.setAttribute("aria-label", "Messages");
  const empty = make("div", "imnb-empty");
  const jump = button("imnb-jump", "Newest messages", "↓", () => list.scrollToEnd());
  const error = make("div", "imnb-error");
  error.setAttribute("role", "alert");
  el.append(header, make("div", "imnb-messages", scroller, empty, jump), error);

  const send = (message) => model.send(message);
  const rows = new Rows();
  let isGroup = false;
  let shown = null;
  let asked = 0;
  let unseen = 0;
  const list = new VirtualList(
    scroller,
    (item) => (item.row ? renderMessage(item, isGroup, send) : renderDay(item)),
    {
      stick: true,
      estimate: 44,
      onTop: () => {
        if (Date.now() - asked < 500) return;
        asked = Date.now();
        send({ type: "older" });
      },
      onEnd: () => {
        unseen = 0;
        updateJump();
        send({ type: "end" });
      },
    },
  );
  const updateJump = () => {
    jump.hidden = list.atEnd || !rows.order.length;
    jump.textContent = unseen ? `↓ ${unseen > 99 ? "99+" : unseen}` : "↓";
  };
  scroller.addEventListener("scroll", updateJump, { passive: true });

  const draw = (frame) => {
    const known = new Set(rows.order);
    rows.take(frame);
    isGroup = frame.group;
    const switched = shown !== frame.conversation;
    if (switched) {
      shown = frame.conversation;
      list.atEnd = true;
      unseen = 0;
    } else if (!list.atEnd) {
      const last = frame.order.length ? rows.byKey.get(frame.order[frame.order.length - 1]) : null;
      if (last?.mine && !known.has(last.key)) list.atEnd = true;
      else unseen += frame.order.slice(-200).filter((key) => !known.has(key)).length;
    }
    header.hidden = !frame.conversation;
    title.textContent = frame.title;
    subtitle.textContent = frame.subtitle;
    picture.replaceChildren(avatar(frame.initials, frame.hue));
    error.textContent = frame.error;
    error.hidden = !frame.error;
    empty.hidden = rows.order.length > 0;
    empty.replaceChildren(
      make("div", "imnb-empty-mark", "💬"),
      make("div", "", frame.conversation ? "No messages yet. Say hello." : "Choose a conversation"),
    );
    list.setItems(decorate(rows.list()));
    updateJump();
    if (frame.unread > 0 && list.atEnd && document.visibilityState === "visible") send({ type: "seen" });
  };
  const disconnect = connect(model, draw);
  return () => {
    disconnect();
    list.destroy();
  };
}

export default { render };
