// The room link with its key marked, and the ways to pass it on.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { canShare, shareLink } from '../browser.ts';
import { copyText, selectContents } from '../clipboard.ts';
import { texts } from '../words/start.ts';
import { isThisMachine } from '../this-machine.ts';
import { Icon } from './icon.tsx';

const COPIED_SHOWN_MS = 4000;

type ShareLinkProps = {
  readonly url: string;
  /** Whether copying is what the screen is for. */
  readonly primary?: boolean;
  /** False: the address has the key, because the browser keeps nothing for this page. */
  readonly keyIsKept?: boolean;
  /** More buttons in the row. */
  readonly children?: ComponentChildren;
};

/** The secret link with **Copy link** and, where the browser has it, **Share…**. */
export function ShareLink({ url, primary = false, keyIsKept = true, children }: ShareLinkProps) {
  const shown = useRef<HTMLParagraphElement>(null);
  return (
    <>
      <div class="secret">
        <SecretLink url={url} shown={shown} />
        <p class="hint">
          <Icon name="key" small />
          <span>{texts.link.keyHint}</span>
        </p>
        {!keyIsKept && (
          <p class="hint">
            <Icon name="alert" small />
            <span>{texts.link.inAddress}</span>
          </p>
        )}
        {isThisMachine(window.location.hostname) && (
          <p class="hint">
            <Icon name="alert" small />
            <span>{texts.link.hereOnly}</span>
          </p>
        )}
      </div>
      <div class="row">
        <CopyButton
          text={url}
          primary={primary}
          onRefused={() => {
            if (shown.current !== null) selectContents(shown.current);
          }}
        />
        {canShare() && (
          <button
            class="btn btn--sec"
            type="button"
            onClick={() => void shareLink(texts.link.shareTitle, url)}
          >
            <Icon name="share" />
            {texts.link.share}
          </button>
        )}
        {children}
      </div>
    </>
  );
}

type SecretLinkProps = { readonly url: string; readonly shown: { current: HTMLParagraphElement | null } };

/** Always left to right, selected as one piece. */
function SecretLink({ url, shown }: SecretLinkProps) {
  const [address = '', key = ''] = url.split('#');
  const idStart = address.lastIndexOf('/') + 1;
  return (
    <p class="secret__link" dir="ltr" ref={shown}>
      {address.slice(0, idStart)}
      <wbr />
      {address.slice(idStart)}
      <mark>#{key}</mark>
    </p>
  );
}

type CopyButtonProps = {
  readonly text: string;
  readonly primary: boolean;
  /** The browser did not copy: now the reader must. */
  readonly onRefused: () => void;
};

export function CopyButton({ text, primary, onRefused }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (outcome !== 'copied') return undefined;
    const timer = setTimeout(() => setOutcome(undefined), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    const copied = await copyText(text);
    setOutcome(copied ? 'copied' : 'refused');
    if (!copied) onRefused();
  };
  return (
    <>
      <button class={`btn ${primary ? 'btn--pri' : 'btn--sec'}`} type="button" onClick={() => void copy()}>
        <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
        {outcome === 'copied' ? texts.link.copied : texts.link.copy}
      </button>
      <span class={outcome === 'refused' ? 'hint hint--row' : 'vh'} role="status">
        {outcome === 'copied' && texts.link.copied}
        {outcome === 'refused' && texts.link.copyByHand}
      </span>
    </>
  );
}
