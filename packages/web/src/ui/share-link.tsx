// The room link with its key highlighted, and the ways to share it.

import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { background } from '../background.ts';
import { canShare, shareLink } from '../browser/browser.ts';
import { selectContents } from './clipboard.ts';
import { CopyButton } from './copy-button.tsx';
import { roomTexts } from '../words/room.ts';
import { sharingTexts } from '../words/sharing.ts';
import { isThisMachine } from './this-machine.ts';
import { Icon, Stroke } from './icon.tsx';
import { SHARE } from './later-strokes.ts';

type ShareLinkProps = {
  readonly url: string;
  /** True where copying is the main action; `focused` also puts the focus there. */
  readonly primary?: boolean | 'focused';
  /** False if the key is in the address because the browser stores nothing for this page. */
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
          <span>{sharingTexts.keyHint}</span>
        </p>
        {!keyIsKept && (
          <p class="hint">
            <Icon name="alert" small />
            <span>{roomTexts.inAddress}</span>
          </p>
        )}
        {isThisMachine(window.location.hostname) && (
          <p class="hint">
            <Icon name="alert" small />
            <span>{sharingTexts.hereOnly}</span>
          </p>
        )}
      </div>
      <div class="row">
        <CopyButton
          text={url}
          primary={primary !== false}
          focused={primary === 'focused'}
          onRefused={() => {
            if (shown.current !== null) selectContents(shown.current);
          }}
        />
        {canShare() && (
          <button
            class="btn btn--secondary"
            type="button"
            onClick={() => background(shareLink(sharingTexts.shareTitle, url))}
          >
            <Stroke path={SHARE} />
            {sharingTexts.share}
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
