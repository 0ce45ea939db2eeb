// Conversations, the liveliest first; search; starting new ones.

function whenShort(us) {
  if (!us) return "";
  if (dayOf(us) === new Date().toDateString()) return timeFormat.format(date(us));
  return shortDayFormat.format(date(us));
}

function renderRow(row, me, selected, choose) {
  const title = make("span", "imnb-row-title", row.title);
  title.dir = "auto";
  const top = make("div", "imnb-row-top", title, make("span", "imnb-row-time", whenShort(row.at)));
  const who = row.sender === me ? "You: " : row.group && row.sender ? `${row.sender}: ` : "";
  const preview = make("span", "imnb-row-preview", row.preview ? who + row.preview : "No messages yet");
  preview.dir = "auto";
  const bottom = make("div", "imnb-row-bottom", preview);
  if (row.unread > 0) {
    const badge = make("span", "imnb-badge", row.unread > 999 ? "999+" : String(row.unread));
    badge.setAttribute("aria-label", `${row.unread} unread`);
    bottom.append(badge);
  }
  const element = make("div", "imnb-row", avatar(row.initials, row.hue), make("div", "imnb-row-body", top, bottom));
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", String(row.key === selected));
  element.title = row.title;
  element.addEventListener("click", () => choose(row.key));
  return element;
}

function startPanel(send) {
  const people = make("input", "imnb-input");
  people.placeholder = "User names, e.g. bob, carol";
  people.setAttribute("aria-label", "Users to talk to, separated by commas");
  const title = make("input", "imnb-input");
  title.placeholder = "Group name (for a group)";
  title.setAttribute("aria-label", "Group name");
  const panel = make("form", "imnb-panel", people, title);
  const start = make("button", "imnb-primary", "Start");
  start.type = "submit";
  const buttons = make("div", "imnb-panel-buttons", start);
  panel.append(buttons);
  panel.hidden = true;
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    const users = people.value.split(/[,\s]+/).filter(Boolean);
    send({ type: "start", users, title: title.value });
  });
  panel.clear = () => {
    people.value = "";
    title.value = "";
  };
  panel.begin = () => people.focus();
  return panel;
}

function render({ model, el }) {
  el.classList.add("imnb", "imnb-conversations");
  el.setAttribute("data-lm-suppress-shortcuts", "true");
  const send = (message) => model.send(message);
  const search = make("input", "imnb-input imnb-search");
  search.type = "search";
  search.placeholder = "Search";
  search.setAttribute("aria-label", "Search conversations");
  const panel = startPanel(send);
  const toggle = button("imnb-round", "New conversation", "+", () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) panel.begin();
  });
  const error = make("div", "imnb-error");
  error.setAttribute("role", "alert");
  error.hidden = true;
  const scroller = make("div", "imnb-scroller");
  scroller.tabIndex = 0;
  const empty = make("div", "imnb-empty");
  el.append(make("div", "imnb-tools", search, toggle), panel, error, make("div", "imnb-messages", scroller, empty));

  const rows = new Rows();
  let frame = { selected: "", me: "" };
  const choose = (key) => send({ type: "select", key });
  const list = new VirtualList(scroller, (item) => renderRow(item.row, frame.me, frame.selected, choose), {
    estimate: 62,
    role: "listbox",
  });
  const found = () => {
    const words = search.value.trim().toLowerCase();
    return rows.list().filter((row) => !words || `${row.title}\n${row.preview}`.toLowerCase().includes(words));
  };
  const show = () => {
    const today = new Date().toDateString();
    const shown = found();
    list.setItems(shown.map((row) => ({ key: row.key, row, stamp: `${row.rev}${row.key === frame.selected}${today}` })));
    empty.hidden = shown.length > 0;
    empty.textContent = rows.order.length ? "Nothing found" : "No conversations yet. Press + to start one.";
  };
  search.addEventListener("input", show);
  scroller.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const keys = found().map((row) => row.key);
    const next = keys[Math.max(0, Math.min(keys.length - 1, keys.indexOf(frame.selected) + step))];
    if (next) {
      choose(next);
      list.scrollToKey(next);
    }
  });
  const disconnect = connect(model, (next) => {
    rows.take(next);
    if (next.selected !== frame.selected) {
      panel.hidden = true;
      panel.clear();
    }
    frame = next;
    error.textContent = next.error;
    error.hidden = !next.error;
    show();
  });
  return () => {
    disconnect();
    list.destroy();
  };
}

export default { render };
