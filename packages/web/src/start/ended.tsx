// The end of a room on this page: why it ended, what was erased, and where to go next.

import type { RoomLink } from '@mayfly/client';
import type { ComponentChildren } from 'preact';
import { wordsOfFalseRoom, wordsOfGone } from './ended-words.ts';
import { CreateCard } from './create-card.tsx';
import type { CreatedRoom } from './new-room.ts';
import { EndedCard } from './ended-card.tsx';
import { Erased, OpenTimes } from './erased.tsx';
import { JoinCard } from './join-card.tsx';
import { ReloadButton } from '../ui/reload-button.tsx';
import type { EndedRoom } from '../room/model/ended-room.ts';
import { pieces } from '../words/sentence.ts';
import { endedTexts } from '../words/ended.ts';

type EndedProps = {
  readonly room: EndedRoom;
  readonly onHome: () => void;
  readonly onCreated: (room: CreatedRoom) => void;
  readonly onJoin: (link: RoomLink, name: string) => void;
  /** Opens the room of the same link again. */
  readonly onAgain: (link: RoomLink) => void;
};

export function Ended(props: EndedProps) {
  const { end } = props.room;
  switch (end.why) {
    case 'expired':
    case 'owner':
    case 'ended_by_owner':
    case 'ended_by_you':
    case 'server':
    case 'vanished':
      return <Gone {...props} />;
    case 'denied':
    case 'not_admitted':
      return <NotFound {...props} />;
    case 'wrong_passphrase':
      return (
        <Words
          {...endedTexts.wrongPassphrase}
          actions={<Again {...props} room={withoutKey(props.room)} label={endedTexts.again} />}
        />
      );
    case 'removed':
      return (
        <Words
          heading={endedTexts.removed.heading}
          lead={pieces(endedTexts.removed.lead, {
            name: <bdi dir="auto">{end.by?.name || endedTexts.removed.owner}</bdi>,
          })}
          linkInHistory={props.room.linkInHistory}
          actions={<StartAgain onHome={props.onHome} />}
        />
      );
    case 'kicked':
      return (
        <Words
          {...endedTexts.kicked}
          linkInHistory={props.room.linkInHistory}
          actions={<StartAgain onHome={props.onHome} />}
        />
      );
    case 'link_changed':
      return <Words {...endedTexts.linkChanged} actions={<StartAgain onHome={props.onHome} />} />;
    case 'replaced':
      return (
        <Words {...endedTexts.replaced} actions={<Again {...props} label={endedTexts.replaced.again} />} />
      );
    // Shows the start page instead.
    case 'left':
      return null;
    case 'hung_up':
      return <Words {...endedTexts.hungUp} actions={<Again {...props} label={endedTexts.again} />} />;
    case 'full':
    case 'closed':
      return <Words {...endedTexts[end.why]} actions={<Again {...props} label={endedTexts.again} />} />;
    case 'false_room':
      return <Words {...wordsOfFalseRoom(props.room)} actions={<StartAgain onHome={props.onHome} />} />;
    case 'incompatible':
      return (
        <Words
          {...endedTexts.incompatible}
          actions={<ReloadButton>{endedTexts.incompatible.reload}</ReloadButton>}
        />
      );
  }
}

type WordsProps = {
  readonly heading: string;
  readonly lead: ComponentChildren;
  readonly linkInHistory?: boolean;
  readonly actions: ComponentChildren;
};

function Words({ heading, lead, linkInHistory = false, actions }: WordsProps) {
  return (
    <main class="single-card">
      <EndedCard heading={heading} lead={lead} wide>
        {linkInHistory && <p class="hint">{endedTexts.inHistory}</p>}
        <div class="row">{actions}</div>
      </EndedCard>
    </main>
  );
}

function Gone({ room, onHome }: EndedProps) {
  const { heading, lead } = wordsOfGone(room);
  return (
    <main class="single-card">
      <EndedCard
        heading={heading}
        lead={
          <>
            {lead} <OpenTimes summary={room.summary} />
          </>
        }
      >
        <Erased summary={room.summary} />
        <p class="hint">{endedTexts.hint}</p>
        {room.linkInHistory && <p class="hint">{endedTexts.inHistory}</p>}
        <button class="btn btn--primary btn--large btn--wide" type="button" onClick={onHome}>
          {endedTexts.create}
        </button>
      </EndedCard>
    </main>
  );
}

/** Offers both ways into a room, because nothing was lost. */
function NotFound({ room, onCreated, onJoin }: EndedProps) {
  const { heading, lead } = endedTexts.denied;
  return (
    <main class="single-card">
      <EndedCard
        heading={heading}
        wide
        lead={pieces(lead, { room: <b class="mono">{room.summary.id}</b> })}
      />
      <div class="single-card__forms">
        <CreateCard onCreated={onCreated} />
        <JoinCard onJoin={onJoin} />
      </div>
    </main>
  );
}

function StartAgain({ onHome }: { readonly onHome: () => void }) {
  return (
    <button class="btn btn--primary btn--large" type="button" onClick={onHome}>
      {endedTexts.create}
    </button>
  );
}

function Again({ room, label, onHome, onAgain }: EndedProps & { readonly label: string }) {
  const { link } = room;
  return (
    <>
      <button class="btn btn--secondary" type="button" onClick={onHome}>
        {endedTexts.back}
      </button>
      {link !== undefined && (
        <button class="btn btn--primary" type="button" onClick={() => onAgain(link)}>
          {label}
        </button>
      )}
    </>
  );
}

/** Whoever was wrong is asked again. */
function withoutKey({ link, ...room }: EndedRoom): EndedRoom {
  if (link === undefined) return room;
  const { second: _, ...locked } = link;
  return { ...room, link: locked };
}
