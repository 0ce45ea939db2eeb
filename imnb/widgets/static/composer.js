// Where a message is written: Enter sends, Shift-Enter makes a line.

const MAX_HEIGHT = 160;

/** Texts that were not sent yet, by conversation. */
class Drafts {
  constructor() {
    this.written = new Map();
    this.returned = new Map();
  }

  keep(conversation, text) {
    this.written.set(conversation, text);
  }

  get(conversation) {
    return this.written.get(conversation) ?? "";
  }

  /** What is in the field was sent: if it comes back, that is news. */
  sent(conversation) {
    this.returned.delete(conversation);
  }

  /** A refused text, before what was written since; each comes back once. */
  putBack(conversation, text, written) {
    if (this.returned.get(conversation) === text) return written;
    this.returned.set(conversation, text);
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

function render({ model, el }) {
  begin(el, "imnb-composer");
  const input = textArea();
  const go = button("imnb-round imnb-send", "Send", "➤", () => submit());
  const error = errorPanel(model);
  el.append(error.element, make("div", "imnb-compose", input, go));

  const drafts = new Drafts();
  let shown = null;
  let refusals = 0;
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, MAX_HEIGHT)}px`;
    go.disabled = input.disabled || !input.value.trim();
  };
  const submit = () => {
    if (!input.value.trim() || input.disabled) return;
    if (!tell(model, { type: "send", text: input.value })) return;
    drafts.sent(shown);
    input.value = "";
    grow();
    input.focus();
  };
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // JupyterLab would run the cell on Shift-Enter
    if (!isSending(event)) return;
    event.preventDefault();
    submit();
  });
  const switchTo = (conversation) => {
    if (shown) drafts.keep(shown, input.value);
    input.value = drafts.get(conversation);
    shown = conversation;
  };
  const sizes = new ResizeObserver(grow);
  sizes.observe(el);
  const disconnect = connect(model, (frame) => {
    if (shown !== frame.conversation) switchTo(frame.conversation);
    input.disabled = !frame.conversation;
    el.classList.toggle("imnb-off", !frame.conversation);
    error.show(frame.error);
    const [text, count] = frame.refused;
    if (count > refusals && text) input.value = drafts.putBack(shown, text, input.value);
    refusals = count;
    grow();
  });
  return () => {
    sizes.disconnect();
    disconnect();
  };
}

export default { render };
