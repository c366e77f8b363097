/**
 * Where a text stops being JSON: the place of the first character that cannot stand there, from 0; the text's length when
 * it only ends too early. The parser of the runtime does not always say, and says it with a piece of the text.
 *
 * Recursive: only for text whose depth has been checked. `undefined` when the text is JSON.
 */
export function findJsonError(text: string): number | undefined {
  let at = 0;

  const space = (): void => {
    while (' \n\r\t'.includes(text.charAt(at)) && at < text.length) at++;
  };

  const literal = (word: string): boolean => {
    for (const character of word) {
      if (text[at] !== character) return false;
      at++;
    }
    return true;
  };

  const digits = (): boolean => {
    const from = at;
    while (/^\d$/.test(text.charAt(at))) at++;
    return at > from;
  };

  const number = (): boolean => {
    if (text[at] === '-') at++;
    if (text[at] === '0') at++;
    else if (!digits()) return false;
    if (text[at] === '.') {
      at++;
      if (!digits()) return false;
    }
    if (text[at] === 'e' || text[at] === 'E') {
      at++;
      if (text[at] === '+' || text[at] === '-') at++;
      if (!digits()) return false;
    }
    return true;
  };

  const string = (): boolean => {
    if (text[at] !== '"') return false;
    for (at++; at < text.length; at++) {
      const character = text.charAt(at);
      if (character === '"') return (at++, true);
      if (character < ' ') return false;
      if (character === '\\' && !escape()) return false;
    }
    return false;
  };

  const escape = (): boolean => {
    at++;
    if (text[at] !== 'u') return '"\\/bfnrt'.includes(text.charAt(at)) && at < text.length;
    for (let left = 4; left > 0; left--) {
      at++;
      if (!/^[0-9a-fA-F]$/.test(text.charAt(at))) return false;
    }
    return true;
  };

  const list = (close: string, item: () => boolean): boolean => {
    at++;
    space();
    if (text[at] === close) return (at++, true);
    for (;;) {
      if (!item()) return false;
      space();
      if (text[at] === close) return (at++, true);
      if (text[at] !== ',') return false;
      at++;
    }
  };

  const member = (): boolean => {
    space();
    if (!string()) return false;
    space();
    if (text[at] !== ':') return false;
    at++;
    return value();
  };

  const value = (): boolean => {
    space();
    switch (text[at]) {
      case '{':
        return list('}', member);
      case '[':
        return list(']', value);
      case '"':
        return string();
      case 't':
        return literal('true');
      case 'f':
        return literal('false');
      case 'n':
        return literal('null');
      default:
        return number();
    }
  };

  if (!value()) return at;
  space();
  return at === text.length ? undefined : at;
}
