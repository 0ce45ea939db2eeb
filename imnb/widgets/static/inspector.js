// The frames of a connection, and the message in the one that is selected.

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false,
});
const COLUMNS = [
  ["number", "#"], ["time", "Time"], ["direction", "Dir"], ["command", "Command"],
  ["ask", "Ask id"], ["size", "Size"], ["latency", "Latency"], ["status", "Status"],
];

function cell(name, text, role = "gridcell") {
  const element = make("span", `imnb-cell imnb-cell-${name}`, text);
  element.setAttribute("role", role);
  return element;
}

function renderHead() {
  const cells = COLUMNS.map(([name, text]) => cell(name, text, "columnheader"));
  const head = make("div", "imnb-frame imnb-frame-head", ...cells);
  head.setAttribute("role", "row");
  return head;
}

function renderFrame(row, isSelected, select) {
  const isBad = row.status && row.status !== "OK";
  const line = make(
    "div",
    `imnb-frame ${row.out ? "imnb-out" : "imnb-in"}${isBad ? " imnb-bad" : ""}`,
    cell("number", row.key),
    cell("time", clockFormat.format(date(row.at))),
    cell("direction", row.out ? "↑ out" : "↓ in"),
    cell("command", row.command),
    cell("ask", row.ask ? String(row.ask) : ""),
    cell("size", `${row.size} B`),
    cell("latency", row.latency === null ? "" : `${row.latency.toFixed(1)} ms`),
    cell("status", isBad ? row.status : ""),
  );
  line.setAttribute("role", "row");
  line.setAttribute("aria-selected", String(isSelected));
  line.addEventListener("click", () => select(row.key));
  return line;
}

function renderDetail(frame) {
  const lines = frame.detail.map(([depth, label, value]) => {
    const line = make("div", "imnb-field", make("span", "imnb-label", label));
    line.style.paddingLeft = `${Number(depth) * 16}px`;
    if (value !== "") line.append(": ", make("span", "imnb-value", value));
    return line;
  });
  if (!lines.length && frame.selected) lines.push(make("div", "imnb-subtitle", "An empty message"));
  return lines;
}

function renderTools(send) {
  const filter = make("input", "imnb-input imnb-filter");
  filter.placeholder = 'Filter, e.g.  command == "Send" and size > 100';
  filter.setAttribute("aria-label", "Filter");
  filter.spellcheck = false;
  let applied = null;
  const apply = () => {
    applied = filter.value;
    send({ type: "filter", text: applied });
  };
  filter.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") apply();
  });
  filter.addEventListener("change", () => filter.value !== applied && apply());
  /** The filter of the view model, in a page that has just appeared. */
  const restore = (text) => {
    if (applied === null) filter.value = applied = text;
  };
  const follow = make("input");
  follow.type = "checkbox";
  follow.checked = true;
  const count = make("span", "imnb-subtitle imnb-count");
  const element = make("div", "imnb-tools", filter, make("label", "imnb-follow", follow, "Follow"), count);
  return { element, follow, count, restore };
}

function renderPanes() {
  const scroller = make("div", "imnb-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "rowgroup");
  scroller.setAttribute("aria-label", "Frames");
  const empty = make("div", "imnb-empty");
  const table = make("div", "imnb-table", renderHead(), make("div", "imnb-messages", scroller, empty));
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", "Frames");
  const title = make("div", "imnb-detail-title");
  const fields = make("div", "imnb-fields");
  const detail = make("section", "imnb-detail", title, fields);
  detail.tabIndex = 0;
  detail.setAttribute("aria-label", "Message");
  return { element: make("div", "imnb-split", table, detail), scroller, empty, title, fields };
}

function render({ model, el }) {
  begin(el, "imnb-inspector");
  const send = (message) => tell(model, message);
  const tools = renderTools(send);
  const panes = renderPanes();
  const error = errorPanel(model);
  el.append(tools.element, error.element, panes.element);

  const rows = new Rows();
  let frame = { selected: 0 };
  const setFollow = (isFollowing) => {
    tools.follow.checked = list.options.stick = isFollowing;
    if (isFollowing) list.scrollToEnd();
  };
  const select = (key) => {
    setFollow(false);
    send({ type: "select", number: Number(key) });
  };
  const list = new VirtualList(panes.scroller, (item) => renderFrame(item.row, item.isSelected, select), {
    estimate: 24,
    stick: true,
  });
  tools.follow.addEventListener("change", () => setFollow(tools.follow.checked));
  chooseByKeys(list, () => rows.order, () => String(frame.selected), select);
  const draw = () => {
    const [total, dropped] = frame.total;
    tools.count.textContent = `${frame.shown} of ${total} frames${dropped ? `, ${dropped} dropped` : ""}`;
    tools.restore(frame.filter);
    error.show(frame.error);
    panes.title.textContent = frame.selected ? frame.title : "Select a frame to see the message in it";
    panes.fields.replaceChildren(...renderDetail(frame));
    panes.empty.hidden = rows.order.length > 0;
    panes.empty.textContent = total ? "No frame fits the filter" : "No frames yet";
    const items = rows.list().map((row) => {
      const isSelected = row.key === String(frame.selected);
      return { key: row.key, row, isSelected, stamp: `${row.rev} ${isSelected}` };
    });
    list.setItems(items);
  };
  const disconnect = connect(model, (next) => {
    rows.take(next);
    frame = { ...next, shown: rows.order.length };
    draw();
  });
  return () => {
    disconnect();
    list.destroy();
  };
}

export default { render };
