// An address that can't open its room. Nothing was asked about it; there is a field for the right link.

import type { RoomLink } from '@mayfly/client';
import { useState } from 'preact/hooks';
import { serverAddress } from '../browser/base-path.ts';
import { openedOwnerLink } from '../browser/owner-code.ts';
import { EndedCard } from './ended-card.tsx';
import { RoomLinkField, useRoomLink } from './join-card.tsx';
import { OwnerEntry } from './owner-entry.tsx';
import type { UnusableLink as Trouble } from '../route.ts';
import { unusableTexts } from '../words/ended.ts';
import { texts } from '../words/start.ts';

type UnusableLinkProps = {
  readonly trouble: Trouble;
  readonly onLink: (link: RoomLink) => void;
};

export function UnusableLink({ trouble, onLink }: UnusableLinkProps) {
  const field = useRoomLink('');
  const [owned] = useState(() => openedOwnerLink(trouble.why === 'missing_key' ? trouble.id : undefined));
  if (owned !== undefined) {
    return (
      <main class="single-card">
        <OwnerEntry id={owned.id} code={owned.ownerCode} onLink={onLink} />
      </main>
    );
  }
  const { heading, lead } = wordsFor(trouble);
  return (
    <main class="single-card">
      <EndedCard heading={heading} lead={lead} wide>
        {trouble.why === 'missing_key' && (
          <p class="secret__link" dir="ltr">
            {serverAddress()}/chat/
            <wbr />
            {trouble.id}
            <span class="secret__missing">#…</span>
          </p>
        )}
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            const link = field.read();
            if (link !== undefined) onLink(link);
          }}
        >
          <RoomLinkField {...field} />
          <button class="btn btn--primary btn--large btn--wide" type="submit">
            {texts.landing.joinRoom}
          </button>
        </form>
      </EndedCard>
    </main>
  );
}

function wordsFor(trouble: Trouble): { readonly heading: string; readonly lead: string } {
  const { missingKey, damaged, newer, several } = unusableTexts;
  switch (trouble.why) {
    case 'missing_key':
      return missingKey;
    case 'damaged':
      return trouble.keySent ? { heading: damaged.heading, lead: damaged.leadSent } : damaged;
    case 'newer_kind':
      return newer;
    case 'several':
      return several;
  }
}
