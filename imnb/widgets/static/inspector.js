// The frames of a connection, and the message in the one that is selected.

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false,
});

function cell(className, text) {
  const element = make("span", `imnb-cell imnb-cell-${className}`, text);
  element.setAttribute("role", "cell");
  return element;
}

function renderFrame(row, selected, select) {
  const line = make(
    "div",
    `imnb-frame ${row.out ? "imnb-out" : "imnb-in"}${row.status && row.status !== "OK" ? " imnb-bad" : ""}`,
    cell("number", row.key),
    cell("time", clockFormat.format(date(row.at))),
    cell("direction", row.out ? "↑ out" : "↓ in"),
    cell("command", row.command),
    cell("ask", row.ask ? String(row.ask) : ""),
    cell("size", `${row.size} B`),
    cell("latency", row.latency === null ? "" : `${row.latency.toFixed(1)} ms`),
    cell("status", row.status === "OK" ? "" : row.status),
  );
  line.setAttribute("role", "row");
  line.setAttribute("aria-selected", String(row.key === selected));
  line.addEventListener("click", () => select(row.key));
  return line;
}

function renderDetail(frame) {
  const lines = frame.detail.map(([depth, label, value]) => {
    const line = make("div", "imnb-field", make("span", "imnb-label", label));
    line.style.paddingLeft = `${depth * 16}px`;
    if (value !== "") line.append(make("span", "imnb-value", value));
    return line;
  });
  if (!lines.length) lines.push(make("div", "imnb-subtitle", frame.selected ? "An empty message" : ""));
  return lines;
}

function render({ model, el }) {
  el.classList.add("imnb", "imnb-inspector");
  el.setAttribute("data-lm-suppress-shortcuts", "true");
  const filter = make("input", "imnb-input imnb-filter");
  filter.placeholder = 'Filter, e.g.  command == "Send" and size > 100';
  filter.setAttribute("aria-label", "Filter");
  filter.spellcheck = false;
  const follow = make("input");
  follow.type = "checkbox";
  follow.checked = true;
  const count = make("span", "imnb-subtitle");
  const error = make("pre", "imnb-error");
  error.setAttribute("role", "alert");
  error.hidden = true;
  const head = make("div", "imnb-frame imnb-frame-head");
  for (const [name, text] of [["number", "#"], ["time", "Time"], ["direction", "Dir"], ["command", "Command"],
    ["ask", "Ask id"], ["size", "Size"], ["latency", "Latency"], ["status", "Status"]]) head.append(cell(name, text));
  head.setAttribute("role", "row");
  const scroller = make("div", "imnb-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("aria-label", "Frames");
  const title = make("div", "imnb-detail-title");
  const fields = make("div", "imnb-fields");
  const detail = make("div", "imnb-detail", title, fields);
  const table = make("div", "imnb-table", head, make("div", "imnb-messages", scroller));
  table.setAttribute("role", "table");
  el.append(
    make("div", "imnb-tools", filter, make("label", "imnb-follow", follow, " Follow"), count),
    error,
    make("div", "imnb-split", table, detail),
  );

  const rows = new Rows();
  let frame = { selected: 0 };
  const select = (key) => {
    follow.checked = false;
    list.options.stick = false;
    model.send({ type: "select", number: Number(key) });
  };
  const list = new VirtualList(scroller, (item) => renderFrame(item.row, String(frame.selected), select), {
    estimate: 24,
    stick: true,
    role: "rowgroup",
  });
  follow.addEventListener("change", () => {
    list.options.stick = follow.checked;
    if (follow.checked) list.scrollToEnd();
  });
  filter.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") model.send({ type: "filter", text: filter.value });
  });
  filter.addEventListener("change", () => model.send({ type: "filter", text: filter.value }));
  scroller.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !rows.order.length) return;
    event.preventDefault();
    const at = rows.order.indexOf(String(frame.selected));
    const next = rows.order[Math.max(0, Math.min(rows.order.length - 1, at + step))];
    select(next);
    list.scrollToKey(next);
  });
  const disconnect = connect(model, (next) => {
    rows.take(next);
    frame = next;
    const [total, dropped] = next.total;
    count.textContent = `${next.order.length} of ${total} frames${dropped ? `, ${dropped} dropped` : ""}`;
    error.textContent = next.error;
    error.hidden = !next.error;
    title.textContent = next.selected ? next.title : "Select a frame to see the message in it";
    fields.replaceChildren(...renderDetail(next));
    list.setItems(rows.list().map((row) => ({ key: row.key, row, stamp: String(row.key === String(next.selected)) })));
  });
  return () => {
    disconnect();
    list.destroy();
  };
}

export default { render };
