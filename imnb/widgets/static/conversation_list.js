// Conversations, the liveliest first; search; starting new ones.

const MAX_DRAFT = 120;
let lists = 0;

function whenShort(us) {
  if (!us) return "";
  if (dayOf(us) === new Date().toDateString()) return timeFormat.format(date(us));
  return shortDayFormat.format(date(us));
}

function previewOf(row, me, isSelected) {
  if (row.draft && !isSelected) return `Draft: ${row.draft.slice(0, MAX_DRAFT).replace(/\s+/g, " ")}`;
  if (!row.preview) return "No messages yet";
  if (row.notice) return row.preview;
  if (row.sender === me) return `You: ${row.preview}`;
  return row.group && row.sender ? `${row.sender}: ${row.preview}` : row.preview;
}

const isMuted = (row) => row.muted_until > Date.now() * 1000;

function mark(className, text, label) {
  const element = make("span", className, text);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  element.title = label;
  return element;
}

/** Signs at the end of a row: muted, pinned, mentions, unread. */
function renderMarks(row) {
  const marks = [];
  if (isMuted(row)) marks.push(mark("imnb-mark", "🔕", "Muted"));
  if (row.pinned) marks.push(mark("imnb-mark", "📌", "Pinned"));
  if (row.mentions > 0) marks.push(mark("imnb-badge imnb-mentions", "@", `${row.mentions} mention you`));
  if (row.unread > 0) {
    const quiet = isMuted(row) ? " imnb-quiet" : "";
    marks.push(mark(`imnb-badge${quiet}`, row.unread > 999 ? "999+" : String(row.unread), `${row.unread} unread`));
  }
  return marks;
}

/** The menu of a conversation. */
function rowActions(row, send) {
  return [
    [{ label: row.pinned ? "Unpin" : "Pin", run: () => send({ type: "pin", key: row.key }) }],
    [{
      label: isMuted(row) ? "Unmute" : "Mute",
      run: () => send({ type: "mute", key: row.key, muted: !isMuted(row) }),
    }],
  ];
}

function renderRow(row, me, isSelected, choose, openRow) {
  const title = make("span", "imnb-row-title", row.title);
  title.dir = "auto";
  const top = make("div", "imnb-row-top", title, make("span", "imnb-row-time", whenShort(row.at)));
  const preview = make("span", "imnb-row-preview", previewOf(row, me, isSelected));
  preview.classList.toggle("imnb-draft", Boolean(row.draft) && !isSelected);
  preview.dir = "auto";
  const bottom = make("div", "imnb-row-bottom", preview, ...renderMarks(row));
  const element = make("div", "imnb-row", avatar(row.initials, row.hue), make("div", "imnb-row-body", top, bottom));
  element.classList.toggle("imnb-unread", row.unread > 0);
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", String(isSelected));
  element.title = row.title;
  element.addEventListener("click", () => choose(row.key));
  element.addEventListener("contextmenu", (event) => {
    if (event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    openRow(row, { x: event.clientX, y: event.clientY });
  });
  return element;
}

function field(className, placeholder, label) {
  const input = make("input", `imnb-input ${className}`);
  input.placeholder = placeholder;
  input.setAttribute("aria-label", label);
  return input;
}

/** Asks whom to talk to; stays until the conversation is there. */
function startPanel(send) {
  const people = field("", "User names, e.g. bob, carol", "Users to talk to, separated by commas");
  const title = field("", "Group name (for a group)", "Group name");
  const start = make("button", "imnb-primary", "Start");
  start.type = "submit";
  const panel = make("form", "imnb-panel", people, title, make("div", "imnb-panel-buttons", start));
  const toggle = button("imnb-round", "New conversation", "+", () => show(panel.hidden));
  const show = (isOpen) => {
    panel.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) people.focus();
  };
  const done = () => {
    people.value = title.value = "";
    show(false);
  };
  show(false);
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    const users = people.value.split(/[,\s]+/).filter(Boolean);
    send({ type: "start", users, title: title.value });
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(false);
    toggle.focus();
  });
  return { panel, toggle, done };
}

function searchField() {
  const search = field("imnb-search", "Search", "Search conversations");
  search.type = "search";
  return search;
}

function layOut(el, model, search) {
  begin(el, "imnb-conversations");
  const scroller = make("div", "imnb-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "listbox");
  scroller.setAttribute("aria-label", "Conversations");
  const empty = make("div", "imnb-empty");
  const error = errorPanel(model);
  const start = startPanel((message) => tell(model, message));
  const tools = make("div", "imnb-tools", make("label", "imnb-search-box", search), start.toggle);
  el.append(tools, start.panel, error.element, make("div", "imnb-messages", scroller, empty));
  ownMenus(el);
  return { scroller, empty, error, start };
}

function render({ model, el }) {
  const search = searchField();
  const { scroller, empty, error, start } = layOut(el, model, search);
  const prefix = `imnb-conversation-${lists++}`;
  const rows = new Rows();
  let frame = { selected: "", me: "", started: 0 };
  const choose = (key) => tell(model, { type: "select", key });
  const send = (message) => tell(model, message);
  const openRow = (row, point) =>
    openMenu(el, rowActions(row, send), point, `Actions for ${row.title}`, () => scroller.focus());
  const list = new VirtualList(
    scroller,
    ({ row, isSelected }) => {
      const element = renderRow(row, frame.me, isSelected, choose, openRow);
      element.id = `${prefix}-${row.key}`;
      return element;
    },
    { estimate: 57 },
  );
  const found = () => {
    const words = search.value.trim().toLowerCase();
    return rows.list().filter((row) => !words || `${row.title}\n${row.preview}`.toLowerCase().includes(words));
  };
  const show = () => {
    const today = new Date().toDateString();
    const items = found().map((row) => {
      const isSelected = row.key === frame.selected;
      return { key: row.key, row, isSelected, stamp: `${row.rev} ${isSelected} ${isMuted(row)} ${today}` };
    });
    list.setItems(items);
    scroller.setAttribute("aria-activedescendant", frame.selected ? `${prefix}-${frame.selected}` : "");
    empty.hidden = items.length > 0;
    empty.textContent = rows.order.length ? "Nothing found" : "No conversations yet. Press + to start one.";
  };
  search.addEventListener("input", show);
  chooseByKeys(list, () => found().map((row) => row.key), () => frame.selected, choose);
  scroller.addEventListener("keydown", (event) => {
    const row = rows.byKey.get(frame.selected);
    const element = list.elements.get(frame.selected)?.element;
    if (!asksForMenu(event) || !row || !element) return;
    event.preventDefault();
    event.stopPropagation();
    const { left, top } = element.getBoundingClientRect();
    openRow(row, { x: left + 48, y: top + 24 });
  });
  const disconnect = connect(model, (next) => {
    rows.take(next);
    if (next.selected !== frame.selected || next.started > frame.started) start.done();
    frame = next;
    error.show(next.error);
    show();
  });
  return () => {
    el.closeMenu?.();
    disconnect();
    list.destroy();
  };
}

export default { render };
