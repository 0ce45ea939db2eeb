// Where a message is written: Enter sends, Shift-Enter makes a line.

function render({ model, el }) {
  el.classList.add("imnb", "imnb-composer");
  el.setAttribute("data-lm-suppress-shortcuts", "true");
  const input = make("textarea", "imnb-input");
  input.rows = 1;
  input.dir = "auto";
  input.placeholder = "Write a message";
  input.setAttribute("aria-label", "Message");
  const go = button("imnb-round imnb-send", "Send", "➤", () => submit());
  const error = make("div", "imnb-error");
  error.setAttribute("role", "alert");
  error.hidden = true;
  el.append(error, make("div", "imnb-compose", input, go));

  let refusals = 0;
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 160)}px`;
    go.disabled = !input.value.trim();
  };
  const submit = () => {
    if (!input.value.trim() || input.disabled) return;
    model.send({ type: "send", text: input.value });
    input.value = "";
    grow();
    input.focus();
  };
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // JupyterLab would run the cell on Shift-Enter
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  let shown = null;
  const disconnect = connect(model, (frame) => {
    input.disabled = !frame.conversation;
    el.classList.toggle("imnb-off", !frame.conversation);
    if (shown !== frame.conversation && shown !== null) input.value = "";
    shown = frame.conversation;
    error.textContent = frame.error;
    error.hidden = !frame.error;
    const [text, count] = frame.refused;
    if (count > refusals && !input.value) input.value = text;
    refusals = count;
    grow();
  });
  return disconnect;
}

export default { render };
