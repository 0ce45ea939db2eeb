// Who is logged in and whether the connection is there.

function render({ model, el }) {
  el.classList.add("imnb", "imnb-status");
  el.setAttribute("data-lm-suppress-shortcuts", "true");
  const picture = make("div", "imnb-picture");
  const name = make("div", "imnb-title");
  const dot = make("span", "imnb-dot");
  const label = make("span", "");
  const line = make("div", "imnb-subtitle", dot, label);
  line.setAttribute("role", "status");
  const retry = button("imnb-link", "Try again now", "Try now", () => model.send({ type: "reconnect" }));
  el.append(picture, make("div", "imnb-titles", name, line), retry);

  let frame = null;
  let due = 0;
  const show = () => {
    if (!frame) return;
    const parts = [frame.label];
    const left = Math.ceil((due - Date.now()) / 1000);
    if (due) parts.push(left > 0 ? `next try in ${left} s` : "trying…");
    if (frame.behind > 0) parts.push(`${frame.behind} to catch up`);
    label.textContent = parts.join(" · ");
    line.title = frame.detail;
  };
  const timer = setInterval(() => due && show(), 500);
  const disconnect = connect(model, (next) => {
    frame = next;
    due = next.retry_in >= 0 ? Date.now() + next.retry_in * 1000 : 0;
    name.textContent = next.name;
    picture.replaceChildren(avatar(next.initials, next.hue));
    dot.dataset.tone = next.tone;
    retry.hidden = next.retry_in < 0;
    show();
  });
  return () => {
    clearInterval(timer);
    disconnect();
  };
}

export default { render };
