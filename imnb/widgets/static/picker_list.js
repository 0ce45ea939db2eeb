// Rows under letters, to choose from; one of them is where the keyboard is.

const LETTERS_FROM = 30; // shorter lists need no strip of letters

let pickers = 0;

function heading(letter) {
  const element = make("div", "imnb-heading", letter);
  element.setAttribute("role", "presentation");
  return element;
}

function choiceRow({ row, id, position, total }, onClick) {
  const name = make("span", "imnb-row-title", row.name);
  const about = make("span", "imnb-row-preview", row.about);
  name.dir = about.dir = "auto";
  const body = make("div", "imnb-row-body", make("div", "imnb-row-top", name));
  if (row.about) body.append(make("div", "imnb-row-bottom", about));
  const mark = make("span", "imnb-check");
  mark.setAttribute("aria-hidden", "true");
  const element = make("div", "imnb-row imnb-choice", mark, avatar(row.initials, row.hue), body);
  element.id = id;
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", String(row.chosen || row.fixed));
  if (row.fixed) element.setAttribute("aria-disabled", "true");
  element.setAttribute("aria-posinset", position);
  element.setAttribute("aria-setsize", total);
  // The field keeps the keyboard, so that one can type on.
  element.addEventListener("mousedown", (event) => event.preventDefault());
  element.addEventListener("click", onClick);
  return element;
}

/** `pick(key, isAgain)` hears of clicks. */
class ChoiceList {
  constructor(pick) {
    this.prefix = `imnb-picker-${pickers++}`;
    this.pick = pick;
    this.rows = new Rows();
    this.found = null;
    this.keys = []; // of the rows that are shown
    this.active = "";
    this.scroller = make("div", "imnb-scroller");
    this.scroller.id = `${this.prefix}-list`;
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "listbox");
    this.empty = make("div", "imnb-empty");
    this.letters = make("div", "imnb-letters");
    this.letters.setAttribute("aria-hidden", "true"); // arrows and search do it too
    this.element = make("div", "imnb-messages imnb-choices", this.scroller, this.empty, this.letters);
    this.list = new VirtualList(this.scroller, (item) => this.render(item), { estimate: 46 });
  }

  destroy() {
    this.list.destroy();
  }

  render(item) {
    if (item.letter !== undefined) return heading(item.letter);
    const { key } = item;
    const element = choiceRow(item, (event) => this.pick(key, event.detail > 1));
    element.classList.toggle("imnb-active", key === this.active);
    return element;
  }

  /** Take the rows of a frame; most frames have none. */
  take(frame) {
    const isOther = frame.anew || frame.rows.length > 0 || frame.found !== undefined || hasEdit(frame);
    this.rows.take(frame);
    if (frame.found !== undefined) this.found = frame.found;
    if (isOther) this.show();
  }

  show() {
    const all = this.rows.list();
    const shown = this.found ? this.found.map((number) => all[number]).filter(Boolean) : all;
    const items = [];
    const letters = [];
    let letter = "";
    this.keys = shown.map((row, index) => {
      if (row.letter !== letter) {
        letter = row.letter;
        letters.push(letter);
        items.push({ key: `letter ${letter}`, letter, stamp: letter });
      }
      const [id, stamp] = [this.id(index), `${row.rev} ${index} ${shown.length}`];
      items.push({ key: row.key, row, id, stamp, position: index + 1, total: shown.length });
      return row.key;
    });
    this.list.setItems(items);
    this.strip(shown.length < LETTERS_FROM ? [] : letters);
  }

  strip(letters) {
    if (this.letters.dataset.of === letters.join()) return;
    this.letters.dataset.of = letters.join();
    this.letters.hidden = letters.length < 2;
    this.element.classList.toggle("imnb-has-letters", letters.length > 1);
    this.letters.replaceChildren(...letters.map((letter) => {
      const element = make("span", "imnb-letter", letter);
      element.addEventListener("click", () => this.jump(letter));
      return element;
    }));
  }

  jump(letter) {
    const index = this.list.indexes.get(`letter ${letter}`);
    if (index !== undefined) this.scroller.scrollTop = this.list.offsets[index];
  }

  id(index) {
    return `${this.prefix}-${index}`;
  }

  /** The id of the element that the keyboard is at. */
  get activeId() {
    const index = this.keys.indexOf(this.active);
    return index < 0 ? "" : this.id(index);
  }

  activate(key, isSeen) {
    const was = this.active;
    this.active = key;
    if (was !== key) this.list.elements.get(was)?.element.classList.remove("imnb-active");
    this.list.elements.get(key)?.element.classList.add("imnb-active");
    if (isSeen && key) this.list.scrollToKey(key);
  }

  /** The key that a key press leads to, or nothing. */
  target(name, isInList) {
    const at = this.keys.indexOf(this.active);
    const last = this.keys.length - 1;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / 46) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const ends = isInList ? { Home: 0, End: last } : {};
    const next = ends[name] ?? (name in steps ? at + steps[name] : undefined);
    return next === undefined ? undefined : this.keys[Math.max(0, Math.min(last, next))];
  }
}

function hasEdit({ edit }) {
  return Boolean(edit && (edit[0] || edit[2] || edit[3].length));
}
