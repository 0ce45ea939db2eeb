// Where a message is written: Enter sends, Shift-Enter makes a line.

const MAX_HEIGHT = 160;

const DRAFT_DELAY = 600;

/** Refused texts, by conversation: each comes back once. */
class Returned {
  constructor() {
    this.texts = new Map();
  }

  /** What is in the field was sent: if it comes back, that is news. */
  sent(conversation) {
    this.texts.delete(conversation);
  }

  /** A refused text, before what was written since. */
  putBack(conversation, text, written) {
    if (this.texts.get(conversation) === text) return written;
    this.texts.set(conversation, text);
    return written ? `${text}\n${written}` : text;
  }
}

/** An Enter that ends a word of an input method is not meant for us. */
const isSending = (event) =>
  event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;

function textArea() {
  const input = make("textarea", "imnb-input");
  input.rows = 1;
  input.dir = "auto";
  input.placeholder = "Write a message";
  input.setAttribute("aria-label", "Message");
  return input;
}

/** What is answered or edited, above the field: `show(mode, target)`. */
function modePanel(cancel) {
  const what = make("span", "imnb-mode-what");
  const text = make("span", "imnb-mode-text");
  what.dir = text.dir = "auto";
  const away = button("imnb-dismiss", "Cancel", "×", cancel);
  const element = make("div", "imnb-mode", make("div", "imnb-mode-body", what, text), away);
  element.setAttribute("role", "status");
  const show = (mode, target) => {
    element.hidden = !mode;
    what.textContent = mode === "edit" ? "Edit message" : `Reply to ${target.name || "a message"}`;
    text.textContent = target.text ?? "";
  };
  show("", {});
  return { element, show };
}

/** The text field: what is in it is told some time after it was written. */
class Field {
  constructor(model, input) {
    this.model = model;
    this.input = input;
    this.shown = null;
    this.fills = 0;
    this.mode = "";
    this.stash = null; // the draft, while a message is edited
    this.timer = 0;
  }

  wrote() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), DRAFT_DELAY);
  }

  /** Tell what is written, if that is not told yet. */
  flush() {
    if (!this.timer) return;
    this.forget();
    if (this.shown) tell(this.model, { type: "draft", conversation: this.shown, text: this.input.value });
  }

  forget() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  take({ conversation, mode, field: [text, fills] }) {
    const isOther = conversation !== this.shown;
    if (isOther) {
      if (this.mode === "edit") this.forget();
      else this.flush();
      this.stash = null;
      this.input.value = text;
    } else if (fills > this.fills && mode === "edit") {
      if (this.mode !== "edit") this.stash = this.input.value;
      this.forget();
      this.input.value = text;
    } else if (fills > this.fills) {
      this.input.value = this.stash ?? text;
      this.stash = null;
    }
    const isAsked = mode && !(isOther && this.shown === null) && (mode !== this.mode || fills > this.fills);
    [this.shown, this.mode, this.fills] = [conversation, mode, fills];
    if (isAsked && !isOther) this.input.focus();
  }
}

function render({ model, el }) {
  begin(el, "imnb-composer");
  const input = textArea();
  const field = new Field(model, input);
  const cancel = () => {
    tell(model, { type: "cancel" });
    input.focus();
  };
  const mode = modePanel(cancel);
  const go = button("imnb-round imnb-send", "Send", "➤", () => submit());
  const error = errorPanel(model);
  el.append(error.element, mode.element, make("div", "imnb-compose", input, go));

  const returned = new Returned();
  let refusals = 0;
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, MAX_HEIGHT)}px`;
    go.disabled = input.disabled || !input.value.trim();
  };
  const submit = () => {
    if (!input.value.trim() || input.disabled) return;
    if (!tell(model, { type: "send", text: input.value })) return;
    field.forget();
    returned.sent(field.shown);
    input.value = "";
    grow();
    input.focus();
  };
  input.addEventListener("input", () => {
    grow();
    field.wrote();
  });
  input.addEventListener("blur", () => field.flush());
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // JupyterLab would run the cell on Shift-Enter
    if (event.key === "Escape" && field.mode) cancel();
    if (!isSending(event)) return;
    event.preventDefault();
    submit();
  });
  const sizes = new ResizeObserver(grow);
  sizes.observe(el);
  const disconnect = connect(model, (frame) => {
    field.take(frame);
    mode.show(frame.mode, frame.target);
    const label = frame.mode === "edit" ? "Save" : "Send";
    go.title = label;
    go.setAttribute("aria-label", label);
    input.disabled = !frame.conversation;
    el.classList.toggle("imnb-off", !frame.conversation);
    error.show(frame.error);
    const [text, count] = frame.refused;
    if (count > refusals && text) input.value = returned.putBack(field.shown, text, input.value);
    refusals = count;
    grow();
  });
  return () => {
    field.flush();
    sizes.disconnect();
    disconnect();
  };
}

export default { render };
