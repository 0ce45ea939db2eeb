// The text of a message: links that open by a click, and names that are meant.

const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"'`{}|\\^\u202a-\u202e\u2066-\u2069]+/gi;
const LINK_END = /[.,;:!?)\]]+$/;
const LINK_KINDS = new Set(["http:", "https:", "mailto:"]);
const MAX_LINKS = 100; // of one message; what is beyond is text
const MAX_LINK = 2000;
const MAX_TEXT = 4000; // characters that are shown of a long message at first

/** An address that may be opened, or null. */
function addressOf(text) {
  if (text.length > MAX_LINK) return null;
  try {
    const address = new URL(text);
    return LINK_KINDS.has(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

/** Shown as it was written; the title says where it really leads. */
function link(text, address) {
  const element = make("a", "imnb-anchor", text);
  element.href = address;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  element.title = address;
  element.referrerPolicy = "no-referrer";
  return element;
}

function namesPattern(names) {
  if (!names.length) return null;
  const escaped = [...names]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.slice(0, 100).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`@(?:${escaped.join("|")})(?![\\p{L}\\p{N}])`, "gu");
}

/** A text without links, with the names that are meant marked. */
function withNames(text, pattern) {
  if (!pattern) return [text];
  const nodes = [];
  let done = 0;
  for (const { 0: name, index } of text.matchAll(pattern)) {
    nodes.push(text.slice(done, index), make("span", "imnb-mention", name));
    done = index + name.length;
  }
  return [...nodes, text.slice(done)];
}

/** Nodes for a text; together they say exactly that text. */
function richText(text, names) {
  const pattern = namesPattern(names);
  const nodes = [];
  let done = 0;
  let links = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const written = found.replace(LINK_END, "");
    const address = addressOf(written);
    if (!address || ++links > MAX_LINKS) continue;
    nodes.push(...withNames(text.slice(done, index), pattern), link(written, address));
    done = index + written.length;
  }
  return [...nodes, ...withNames(text.slice(done), pattern)].filter((node) => node !== "");
}

/** The text of a message; of a very long one the beginning, and a button. */
function messageText(row) {
  const element = make("span", "imnb-message-text");
  element.dir = "auto";
  const show = (text, ...more) => element.replaceChildren(...richText(text, row.mentions), ...more);
  if (row.text.length <= MAX_TEXT || row.isOpen) {
    show(row.text);
    return element;
  }
  const all = button("imnb-link imnb-all", "Show all", "Show all", () => {
    row.isOpen = true;
    show(row.text);
  });
  show(row.text.slice(0, MAX_TEXT), "… ", all);
  return element;
}
