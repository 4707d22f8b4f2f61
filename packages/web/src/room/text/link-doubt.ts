// Whether a link leads where it seems to lead, and to something harmless. If not, the page asks before it opens it.

import type { Link } from './linkify.ts';

/** `imitating`: its host could pass for another one. `program`: what it leads to can be run. `named`: its text is not its address. */
export type LinkDoubt = 'imitating' | 'program' | 'named';

const IN_ASCII = /(?:^|\.)xn--/iu;
const PROGRAM =
  /\.(?:apk|appimage|appx|bat|cmd|deb|dmg|exe|hta|iso|jar|jnlp|lnk|msi|msix|pif|pkg|ps1|reg|rpm|scr|sh|vbe|vbs|wsf)$/iu;

/** `text` is what the link shows in place of its address. */
export function linkDoubt(link: Link, text?: string): LinkDoubt | undefined {
  if (IN_ASCII.test(link.host)) return 'imitating';
  if (link.host !== '' && isProgram(decodedPath(new URL(link.href)))) return 'program';
  return text === undefined || isAddress(text, link) ? undefined : 'named';
}

const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const ENDING_LENGTH = 100;

/** By the name of a file, or the path to it. Some systems save `a.exe. ` as `a.exe`. */
export function isProgram(name: string): boolean {
  return PROGRAM.test(
    name
      .replace(UNSEEN, '')
      .slice(-ENDING_LENGTH)
      .replace(/[\s.]+$/u, ''),
  );
}

/** As a browser names what it saves from there. */
function decodedPath({ pathname }: URL): string {
  return pathname.replace(/%([2-7][\da-f])/giu, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function isAddress(text: string, { before, host, after }: Link): boolean {
  return text === before + host + after || text === host + after;
}
