// An address that cannot open its room: said before any request, with a field for the right one.

import type { RoomLink } from '@mayfly/client';
import { EndedCard } from '../parts/ended-card.tsx';
import { RoomLinkField, useRoomLink } from '../parts/join-card.tsx';
import type { UnusableLink as Trouble } from '../route.ts';
import { texts } from '../words/start.ts';

type UnusableLinkProps = {
  readonly trouble: Trouble;
  readonly onLink: (link: RoomLink) => void;
};

export function UnusableLink({ trouble, onLink }: UnusableLinkProps) {
  const field = useRoomLink('');
  const { heading, lead } = WORDS[trouble.why];
  return (
    <main class="solo">
      <EndedCard heading={heading} lead={lead} wide>
        {trouble.why === 'missing_key' && (
          <p class="secret__link" dir="ltr">
            {window.location.origin}/chat/
            <wbr />
            {trouble.id}
            <span class="gap">#…</span>
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
          <button class="btn btn--pri btn--xl btn--wide" type="submit">
            {texts.landing.joinRoom}
          </button>
        </form>
      </EndedCard>
    </main>
  );
}

const WORDS = {
  missing_key: texts.ended.missingKey,
  damaged: texts.ended.damaged,
  newer_kind: texts.ended.newer,
} as const;
