// Choosing from a list: search, chips, keyboard; what is chosen the kernel knows.

const FOCUS_DELAY = 60; // ms; the kernel hears where the keyboard came to rest

function searchInput(list) {
  const input = make("input", "imnb-input imnb-search");
  input.type = "search";
  input.placeholder = "Search";
  input.autocomplete = "off";
  input.spellcheck = false;
  const roles = { role: "combobox", "aria-label": "Search", "aria-autocomplete": "list" };
  const states = { "aria-expanded": "true", "aria-controls": list.scroller.id };
  for (const [name, value] of Object.entries({ ...roles, ...states })) input.setAttribute(name, value);
  return input;
}

function chip(row, remove) {
  const name = make("span", "imnb-chip-name", row.name);
  name.dir = "auto";
  const element = make("span", "imnb-chip", avatar(row.initials, row.hue), name, button("imnb-dismiss", `Remove ${row.name}`, "×", remove));
  element.setAttribute("role", "listitem");
  return element;
}

/** What is chosen, above the list. */
class Chips {
  constructor(remove, giveFocus) {
    this.remove = remove;
    this.giveFocus = giveFocus;
    this.element = make("div", "imnb-chips");
    this.element.setAttribute("role", "list");
    this.element.setAttribute("aria-label", "Chosen");
    this.stamp = "";
  }

  draw({ chips, hidden }) {
    const stamp = JSON.stringify([chips, hidden]);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    const hadFocus = this.element.contains(document.activeElement);
    const more = hidden ? [make("span", "imnb-more", `${hidden} more and`)] : [];
    this.element.replaceChildren(...more, ...chips.map((row) => chip(row, () => this.remove(row.key))));
    this.element.hidden = !chips.length;
    this.element.scrollTop = this.element.scrollHeight;
    if (hadFocus) this.giveFocus();
  }
}

function layOut(el, model) {
  begin(el, "imnb-picker");
  el.setAttribute("role", "group");
  const title = make("div", "imnb-picker-title");
  title.dir = "auto";
  const detail = make("div", "imnb-picker-detail");
  const summary = make("div", "imnb-picker-summary");
  summary.setAttribute("role", "status");
  const say = (type) => () => tell(model, { type });
  const cancel = button("imnb-link", "Cancel", "Cancel", say("cancel"));
  const confirm = button("imnb-primary", "", "", say("confirm"));
  const end = make("div", "imnb-picker-end", summary, cancel, confirm);
  return { title, detail, summary, confirm, end, error: errorPanel(model) };
}

function drawDetail(element, lines) {
  const stamp = JSON.stringify(lines);
  if (element.dataset.stamp === stamp) return;
  element.dataset.stamp = stamp;
  element.replaceChildren(...lines.map(([label, value]) => {
    const parts = [make("bdi", "imnb-detail-label", label), make("bdi", "", value)];
    return make("div", "imnb-detail-line", ...parts);
  }));
}

/** The one word that says why there is nothing to see. */
function nothing(frame, list) {
  if (list.keys.length) return "";
  if (!frame.asked) return "Nothing is asked yet";
  if (list.rows.order.length) return "Nothing found";
  return frame.busy ? "One moment…" : frame.nothing;
}

class Picker {
  constructor(model, el) {
    this.model = model;
    this.list = new ChoiceList((key, isAgain) => this.click(key, isAgain));
    this.input = searchInput(this.list);
    this.parts = layOut(el, model);
    this.chips = new Chips((key) => this.say("toggle", { key }), () => this.input.focus());
    this.el = el;
    this.asked = null; // the search that the kernel was asked for, until it answers
    this.moved = null; // where the keyboard went since the last frame
    this.frame = { single: false };
    const { title, detail, end, error } = this.parts;
    const tools = make("div", "imnb-tools", make("label", "imnb-search-box", this.input));
    el.append(title, this.chips.element, tools, error.element, this.list.element, detail, end);
    this.input.addEventListener("input", () => this.find(this.input.value));
    el.addEventListener("keydown", (event) => this.press(event));
  }

  destroy() {
    clearTimeout(this.timer);
    this.list.destroy();
  }

  say(type, more = {}) {
    return tell(this.model, { type, ...more });
  }

  find(text) {
    this.ask(text, "find", { text });
  }

  /** Say what makes `text` the search, if the kernel agrees. */
  ask(text, type, more) {
    this.asked = { text, token: String(Math.random()) };
    this.say(type, { ...more, token: this.asked.token });
  }

  click(key, isAgain) {
    if (isAgain && this.frame.single) this.say("confirm");
    else this.say("toggle", { key });
  }

  press(event) {
    event.stopPropagation(); // JupyterLab has other plans for Shift-Enter
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const isEnd = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (event.key === "Escape" || isEnd) {
      event.preventDefault();
      if (isEnd) this.say("confirm");
      else this.escape();
    } else if (event.target === this.input || event.target === this.list.scroller) this.pressInList(event);
  }

  pressInList(event) {
    const isInList = event.target !== this.input;
    const target = this.list.target(event.key, isInList);
    if (target !== undefined) {
      event.preventDefault();
      this.moveTo(target);
    } else if (event.key === "Enter") this.enter();
    else if (event.key === " " && isInList) {
      event.preventDefault();
      if (this.list.active) this.say("toggle", { key: this.list.active });
    } else if (event.key === "Backspace" && (isInList || !this.input.value)) this.say("remove_last");
    else if (isInList && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) this.input.focus();
  }

  moveTo(key) {
    this.moved = key;
    this.activate(key, true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say("focus", { key }), FOCUS_DELAY);
  }

  activate(key, isSeen) {
    this.list.activate(key, isSeen);
    for (const element of [this.input, this.list.scroller])
      element.setAttribute("aria-activedescendant", this.list.activeId);
  }

  /** While the search is under way the kernel knows the first that is found. */
  enter() {
    this.ask("", "enter", this.asked === null && this.list.active ? { key: this.list.active } : {});
    this.input.value = ""; // or what is typed next would follow it
  }

  escape() {
    if (!this.input.value) this.say("cancel");
    else this.find((this.input.value = ""));
  }

  draw(frame) {
    this.list.take(frame);
    this.frame = frame;
    if (frame.search === this.asked?.text || frame.heard === this.asked?.token) this.asked = null;
    if (this.asked === null && this.input.value !== frame.search) this.input.value = frame.search;
    this.chips.draw(frame);
    this.drawRest(frame);
    if (frame.found !== undefined || frame.focus === this.moved) this.moved = null;
    // Last, when it is settled how much room there is.
    this.activate(this.moved ?? frame.focus, frame.found !== undefined);
  }

  drawRest(frame) {
    const { title, detail, summary, confirm, error } = this.parts;
    for (const element of [this.el, this.list.scroller]) element.setAttribute("aria-label", frame.title);
    this.list.scroller.setAttribute("aria-multiselectable", String(!frame.single));
    this.el.classList.toggle("imnb-single", frame.single);
    title.textContent = frame.title;
    summary.textContent = frame.busy && frame.asked ? "One moment…" : frame.summary;
    confirm.textContent = confirm.title = frame.button;
    confirm.setAttribute("aria-label", frame.button);
    confirm.disabled = !frame.ready;
    const empty = nothing(frame, this.list);
    this.list.empty.hidden = !empty;
    this.list.empty.textContent = empty;
    drawDetail(detail, frame.detail);
    error.show(frame.error);
  }
}

function render({ model, el }) {
  const picker = new Picker(model, el);
  const disconnect = connect(model, (frame) => picker.draw(frame));
  return () => {
    disconnect();
    picker.destroy();
  };
}

export default { render };
