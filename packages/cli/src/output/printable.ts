/** Text from elsewhere, made safe for a terminal: escape sequences in it must not move the cursor or worse. */

// C0 but tab and newline, DEL, C1, and the characters that turn the reading direction round.
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export function printable(text: string): string {
  return text.replace(unsafe, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
