// Who is here, and the emoji that identify people and the room.

import type { Member, RoomFacts } from '@mayfly/client';
import type { ReadonlySignal } from '@preact/signals';
import type { People } from './model/people.ts';
import type { RoomView } from './model/room-view.ts';
import { panelTexts } from '../words/panels.ts';
import { roomTexts, shownName } from '../words/room.ts';
import { pieces } from '../words/sentence.ts';
import { AuthorName, Avatar } from './list/author-name.tsx';
import { type Emoji, emojiOf } from './list/safety-emoji.ts';
import { Icon } from '../ui/icon.tsx';

type MembersProps = { readonly view: RoomView };

/** Beside the messages, on wide screens. */
export function MembersPanel({ view, onHide }: MembersProps & { readonly onHide: () => void }) {
  return (
    <aside class="side" aria-label={panelTexts.peopleLabel}>
      <div class="side__head">
        <h2>
          <InThisRoom people={view.people} />
        </h2>
        <button class="icon-button" type="button" aria-label={panelTexts.hidePeople} onClick={onHide}>
          <Icon name="x" />
        </button>
      </div>
      <MemberList view={view} />
      <SafetyCode facts={view.facts} />
    </aside>
  );
}

/** With how many they are. */
export function InThisRoom({ people }: { readonly people: People }) {
  return <>{pieces(panelTexts.inThisRoom, { count: <span class="num">{people.count.value || ''}</span> })}</>;
}

/** Those who are here, or who were seen here. */
export function MemberList({ view }: MembersProps) {
  const { people } = view;
  // While there is a banner, the server doesn't report who comes and goes.
  const isCurrent = view.connection.banner.value === undefined;
  const members = people.members.value;
  const isWhole = people.listIsWhole.value;
  return (
    <ul class="members">
      {!isCurrent && members.length > 0 && <li class="members__note">{panelTexts.listBefore}</li>}
      {!isWhole && <li class="members__note">{panelTexts.someOfThem}</li>}
      {members.map((member) => (
        <MemberRow key={member.idPk} member={member} view={view} away={isWhole && isCurrent && member.away} />
      ))}
    </ul>
  );
}

type MemberRowProps = {
  readonly member: Member;
  readonly view: RoomView;
  readonly away: boolean;
};

function MemberRow({ member, view, away }: MemberRowProps) {
  const { people } = view;
  const { owner, muted, moderator } = panelTexts;
  const differs = view.trouble.value?.others.some(({ person }) => person.idPk === member.idPk);
  const emoji = member.emoji.map(emojiOf);
  const marks = [
    member.you && roomTexts.you,
    member.owner && owner,
    isModerator(member) && moderator,
    view.isMuted(member) && muted,
  ].filter(Boolean);
  return (
    <li class="member">
      <Avatar person={member} people={people} />
      <span>
        <span class="member__name">
          {member.introduced ? <AuthorName person={member} people={people} /> : roomTexts.someone}
          {marks.length > 0 && <span class="side-note">{marks.join(' · ')}</span>}
        </span>
        <span class="member__emoji" role="img" aria-label={panelTexts.personEmoji(spoken(emoji))}>
          {emoji.map(({ glyph }) => glyph)}
        </span>
        {differs && <small class="member__differs">{panelTexts.otherHistory}</small>}
        {away && <small>{roomTexts.away}</small>}
      </span>
      {!member.you && (
        <button
          class="icon-button"
          type="button"
          aria-haspopup="dialog"
          aria-label={panelTexts.about(shownName(member.name))}
          onClick={() => {
            view.aboutPerson.value = member.idPk;
          }}
        >
          <Icon name="dots" />
        </button>
      )}
    </li>
  );
}

function isModerator({ owner, powers }: Member): boolean {
  return powers > 0 && !owner;
}

/** Eight emoji that are the same for everyone in the room. */
export function SafetyCode({ facts }: { readonly facts: ReadonlySignal<RoomFacts | undefined> }) {
  const code = facts.value?.safetyCode.map(emojiOf);
  if (code === undefined) return null;
  return (
    <section class="safety">
      <h3>{roomTexts.safety}</h3>
      <div class="safety__emoji" role="img" aria-label={spoken(code)}>
        {code.map((emoji, place) => (
          <span key={place}>{emoji.glyph}</span>
        ))}
      </div>
      <p>{panelTexts.safetyHint}</p>
    </section>
  );
}

function spoken(emoji: readonly Emoji[]): string {
  return emoji.map(({ name }) => name).join(', ');
}
