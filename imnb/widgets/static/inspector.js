// The frames and the calls of a client, and what is in the one that is selected.

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false,
});
const COLUMNS = [
  ["number", "#"], ["time", "Time"], ["direction", "Dir"], ["command", "Command"],
  ["ask", "Ask id"], ["size", "Size"], ["latency", "Latency"], ["status", "Status"],
];

function renderHead() {
  const cells = COLUMNS.map(([name, text]) => cell(name, text, "columnheader"));
  return gridHead("imnb-frame imnb-frame-head", cells);
}

function renderFrame(row, isSelected, choose) {
  const isBad = row.status && row.status !== "OK";
  const cells = [
    cell("number", row.key),
    cell("time", clockFormat.format(date(row.at))),
    cell("direction", row.out ? "↑ out" : "↓ in"),
    cell("command", row.command),
    cell("ask", row.ask ? String(row.ask) : ""),
    cell("size", `${row.size} B`),
    cell("latency", row.latency === null ? "" : `${row.latency.toFixed(1)} ms`),
    cell("status", isBad ? row.status : ""),
  ];
  const className = `imnb-frame ${row.out ? "imnb-out" : "imnb-in"}${isBad ? " imnb-bad" : ""}`;
  return gridRow(className, cells, isSelected, choose);
}

const FRAMES = { label: "Frames", className: "imnb-frames", head: renderHead, renderRow: renderFrame };

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

function renderTools(send, tabs) {
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
  const label = make("label", "imnb-follow", follow, "Follow");
  const legend = renderLegend();
  const element = make("div", "imnb-tools", tabs, filter, legend, label, count);
  /** The filter is about frames, the legend about calls. */
  const show = (name) => {
    filter.hidden = name !== "frames";
    legend.hidden = name !== "calls";
  };
  return { element, follow, count, restore, show };
}

function renderDetailPane() {
  const title = make("div", "imnb-detail-title");
  const fields = make("div", "imnb-fields");
  const element = make("section", "imnb-detail", title, fields);
  element.tabIndex = 0;
  element.setAttribute("aria-label", "Message");
  return { element, title, fields };
}

function render({ model, el }) {
  begin(el, "imnb-inspector");
  const send = (message) => tell(model, message);
  let frame = null;
  let shown = "frames";
  const choose = {
    frames: (key) => select({ type: "select", number: Number(key) }),
    calls: (key) => select({ type: "select_call", key }),
  };
  const grids = { frames: new Grid(FRAMES, choose.frames), calls: new Grid(CALLS, choose.calls) };
  const tabs = renderTabs([["frames", "Frames"], ["calls", "Calls"]], "What is listed", (name) => show(name));
  const tools = renderTools(send, tabs.element);
  const detail = renderDetailPane();
  const split = make("div", "imnb-split", detail.element);
  const error = errorPanel(model);
  el.append(tools.element, error.element, split);

  const setFollow = (isFollowing) => {
    tools.follow.checked = isFollowing;
    for (const grid of Object.values(grids)) grid.follow(isFollowing);
  };
  const select = (message) => {
    setFollow(false);
    send(message);
  };
  tools.follow.addEventListener("change", () => setFollow(tools.follow.checked));
  const drawFrames = () => {
    const [total, dropped] = frame.total;
    const count = grids.frames.rows.order.length;
    tools.count.textContent = `${count} of ${total} frames${dropped ? `, ${dropped} dropped` : ""}`;
    grids.frames.draw(String(frame.selected), total ? "No frame fits the filter" : "No frames yet");
  };
  const drawCalls = () => {
    tools.count.textContent = countCalls(grids.calls.rows.order.length, frame.calls_total);
    grids.calls.draw(frame.selected_call, "No calls yet");
  };
  const draw = () => {
    if (!frame) return;
    tools.restore(frame.filter);
    error.show(frame.error);
    const hint = shown === "calls" ? "Select a call to see its times and its request" : "Select a frame to see the message in it";
    detail.title.textContent = frame.selected || frame.selected_call ? frame.title : hint;
    detail.fields.replaceChildren(...renderDetail(frame));
    if (shown === "calls") drawCalls();
    else drawFrames();
  };
  const show = (name) => {
    grids[shown].element.remove();
    shown = name;
    tools.show(name);
    split.prepend(grids[name].element);
    grids[name].resume();
    draw();
    if (!tools.follow.checked) grids[name].list.scrollToKey(grids[name].selected);
  };
  tabs.choose(shown);
  const disconnect = connect(model, (next) => {
    grids.frames.rows.take(next);
    grids.calls.rows.take({ ...next.calls, anew: next.anew });
    frame = next;
    draw();
  });
  return () => {
    disconnect();
    for (const grid of Object.values(grids)) grid.list.destroy();
  };
}

export default { render };
