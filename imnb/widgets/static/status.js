// Who is logged in and whether the connection is there.

function layOut(el, model) {
  begin(el, "imnb-status");
  const picture = make("div", "imnb-picture");
  const name = make("div", "imnb-title");
  name.dir = "auto";
  const dot = make("span", "imnb-dot");
  dot.setAttribute("aria-hidden", "true");
  const label = make("span", "imnb-status-label");
  label.setAttribute("role", "status"); // without what counts, or it is read out twice a second
  const more = make("span", "imnb-status-more");
  const line = make("div", "imnb-subtitle", dot, label, more);
  const retry = button("imnb-link", "Try again now", "Try now", () => tell(model, { type: "reconnect" }));
  retry.hidden = true;
  const error = errorPanel(model);
  const first = make("div", "imnb-status-top", name, retry);
  el.append(make("div", "imnb-who", picture, make("div", "imnb-titles", first, line)), error.element);
  return { picture, name, dot, label, more, line, retry, error };
}

function render({ model, el }) {
  const parts = layOut(el, model);
  let frame = null;
  let due = 0;
  let blockedUntil = 0; // so long it is worth telling
  /** What changes with time, by the browser's clock: the kernel may be busy. */
  const count = () => {
    const texts = [];
    const left = Math.ceil((due - Date.now()) / 1000);
    if (due) texts.push(left > 0 ? `next try in ${left} s` : "trying…");
    // For good: a tooltip is not enough to say why, e.g. a certificate that is refused.
    else if (frame.tone === "bad" && frame.detail && frame.detail !== "closed") texts.push(frame.detail);
    if (frame.behind > 0) texts.push(`${frame.behind} to catch up`);
    if (blockedUntil > Date.now()) texts.push(frame.blocked);
    else blockedUntil = 0;
    if (frame.unwanted) texts.push(frame.unwanted);
    parts.more.textContent = texts.map((text) => ` · ${text}`).join("");
  };
  const timer = setInterval(() => (due || blockedUntil) && count(), 500);
  const disconnect = connect(model, (next) => {
    frame = next;
    due = next.retry_in >= 0 ? Date.now() + next.retry_in * 1000 : 0;
    blockedUntil = next.blocked_left > 0 ? Date.now() + next.blocked_left * 1000 : 0;
    parts.name.textContent = next.name;
    parts.picture.replaceChildren(avatar(next.initials, next.hue));
    parts.dot.dataset.tone = el.dataset.tone = next.tone;
    if (parts.label.textContent !== next.label) parts.label.textContent = next.label;
    const state = [next.label, next.detail].filter(Boolean).join(": ");
    const pushes = next.unwanted ? `${next.unwanted}: ${next.unwanted_names}` : "";
    parts.line.title = [state, pushes].filter(Boolean).join("\n");
    parts.retry.hidden = next.retry_in < 0;
    parts.error.show(next.error);
    count();
  });
  return () => {
    clearInterval(timer);
    disconnect();
  };
}

export default { render };
