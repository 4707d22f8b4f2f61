// A link or a name in a message. Isolated, and the host of a link once more: text around it cannot change how the host reads.

import { type Inline, type Named, inlineText } from '../text/rich-nodes.ts';
import type { ComponentChildren } from 'preact';
import { linkDoubt } from '../text/link-doubt.ts';
import type { Link as LinkPart } from '../text/linkify.ts';
import { askedLink } from './asked-link.ts';

export function Link({ link }: { readonly link: LinkPart }) {
  return (
    <LinkTo link={link}>
      {link.before}
      <bdi>{link.host}</bdi>
      {link.after}
    </LinkTo>
  );
}

type NamedLinkProps = {
  readonly link: LinkPart;
  readonly text: readonly Inline[];
  readonly children: ComponentChildren;
};

/** A link with a text of its own, and where it leads. */
export function NamedLink({ link, text, children }: NamedLinkProps) {
  return (
    <LinkTo link={link} text={inlineText(text)}>
      <bdi>{children}</bdi> (<bdi>{placeOf(link)}</bdi>)
    </LinkTo>
  );
}

/** Isolated: a Latin name doesn't turn an Arabic line around. */
export function NamedText({ node: { look, text, hue } }: { readonly node: Named }) {
  return (
    <bdi class={look} data-hue={hue}>
      {text}
    </bdi>
  );
}

/** The host, or who gets the mail. */
export function placeOf({ before, host }: LinkPart): string {
  return host === '' ? before.replace(/^mailto:/iu, '') : host;
}

type LinkToProps = {
  readonly link: LinkPart;
  readonly text?: string;
  readonly children: ComponentChildren;
};

const MIDDLE_BUTTON = 1;

function LinkTo({ link, text, children }: LinkToProps) {
  const lookFirst = (event: MouseEvent) => {
    const doubt = linkDoubt(link, text);
    if (doubt === undefined) return;
    event.preventDefault();
    askedLink.value = { link, doubt };
  };
  return (
    <a
      href={link.href}
      target="_blank"
      rel="noopener noreferrer"
      dir="ltr"
      onClick={lookFirst}
      onAuxClick={(event) => {
        if (event.button === MIDDLE_BUTTON) lookFirst(event);
      }}
    >
      {children}
    </a>
  );
}
