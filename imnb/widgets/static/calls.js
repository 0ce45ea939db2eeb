// The calls of a client: how each ended, how long it took, and where its time went.

const PHASES = ["queued", "sending", "waiting", "receiving"];

const duration = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(1)} ms`);

function stateOf(row) {
  const error = row.state === "failed" ? `: ${row.error}` : ""; // of others it says the same
  const tries = row.tries > 1 ? `, ${row.tries} tries` : "";
  return `${row.state}${row.total === null ? "…" : error}${tries}`;
}

/** A bar as long as the column, parted as the call's time was; said in words too. */
function renderWaterfall(row) {
  const bar = make("div", "imnb-waterfall");
  if (row.total === null) return bar; // its parts still grow
  const words = row.phases.map((ms, index) => `${PHASES[index]} ${duration(ms)}`).join(", ");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", words);
  bar.title = words;
  const parts = row.phases.map((ms) => Math.max(0, Number(ms)) || 0);
  const all = parts.reduce((sum, ms) => sum + ms, 0) || 1; // growing by less than 1 fills no bar
  parts.forEach((ms, index) => {
    const part = make("span", `imnb-phase imnb-phase-${PHASES[index]}`);
    part.style.flexGrow = String((100 * ms) / all);
    bar.append(part);
  });
  return bar;
}

function renderLegend() {
  const parts = PHASES.map((name) => {
    const swatch = make("span", `imnb-swatch imnb-phase-${name}`);
    swatch.setAttribute("aria-hidden", "true");
    return make("span", "imnb-legend", swatch, name);
  });
  return make("div", "imnb-legends", ...parts);
}

function renderCallHead() {
  return gridHead("imnb-call imnb-call-head", [
    cell("time", "Time", "columnheader"),
    cell("command", "Command", "columnheader"),
    cell("ask", "Ask id", "columnheader"),
    cell("state", "State", "columnheader"),
    cell("total", "Total", "columnheader"),
    cell("waterfall", "Time spent", "columnheader"),
  ]);
}

function renderCall(row, isSelected, choose) {
  const isBad = row.state === "failed" || row.state === "timed out";
  const command = cell("command", row.command);
  const state = cell("state", stateOf(row));
  command.title = row.command;
  state.title = state.textContent;
  const cells = [
    cell("time", clockFormat.format(date(row.at))),
    command,
    cell("ask", row.ask ? String(row.ask) : ""),
    state,
    cell("total", row.total === null ? "" : duration(row.total)),
    cell("waterfall", renderWaterfall(row)),
  ];
  return gridRow(`imnb-call${isBad ? " imnb-bad" : ""}`, cells, isSelected, choose);
}

const CALLS = { label: "Calls", className: "imnb-calls", head: renderCallHead, renderRow: renderCall };

function countCalls(shown, [total, live]) {
  const under = live ? `, ${live} under way` : "";
  return `${shown === total ? "" : `${shown} of `}${total} call${total === 1 ? "" : "s"}${under}`;
}
