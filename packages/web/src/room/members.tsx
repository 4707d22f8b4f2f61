// Who is here, and the emoji by which people and rooms are told apart.

import type { Emoji, Member } from '@mayfly/client';
import type { RoomView } from './model/room-view.ts';
import { roomTexts } from '../words/room.ts';
import { pieces } from '../words/sentence.ts';
import { AuthorName, Avatar } from './list/author-name.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';

type MembersProps = { readonly view: RoomView };

/** Beside the stream, where there is room for it. */
export function MembersPanel({ view, onHide }: MembersProps & { readonly onHide: () => void }) {
  return (
    <aside class="side" aria-label={roomTexts.peopleLabel}>
      <div class="side__head">
        <h2>
          <InThisRoom view={view} />
        </h2>
        <button class="icon-button" type="button" aria-label={roomTexts.hidePeople} onClick={onHide}>
          <Icon name="x" />
        </button>
      </div>
      <MemberList view={view} />
      <SafetyCode view={view} />
    </aside>
  );
}

function InThisRoom({ view }: MembersProps) {
  return <>{pieces(roomTexts.inThisRoom, { count: <span class="num">{view.count.value || ''}</span> })}</>;
}

type MembersDialogProps = MembersProps & { readonly onInvite: () => void; readonly onClose: () => void };

export function MembersDialog({ view, onInvite, onClose }: MembersDialogProps) {
  return (
    <Dialog title={<InThisRoom view={view} />} onClose={onClose}>
      <MemberList view={view} />
      <SafetyCode view={view} />
      <button class="btn btn--secondary btn--wide" type="button" onClick={onInvite}>
        <Icon name="invite" />
        {roomTexts.invitePeople}
      </button>
    </Dialog>
  );
}

function MemberList({ view }: MembersProps) {
  const shared = view.sharedNames.value;
  const members = view.members.value;
  const whole = view.listIsWhole.value;
  const current = view.listIsCurrent.value;
  return (
    <ul class="members">
      {!current && members.length > 0 && <li class="members__note">{roomTexts.listBefore}</li>}
      {!whole && <li class="members__note">{roomTexts.someOfThem}</li>}
      {members.map((member) => (
        <MemberRow
          key={member.idPk}
          member={member}
          tagged={shared.has(member.name)}
          away={whole && current && member.away}
        />
      ))}
    </ul>
  );
}

type MemberRowProps = {
  readonly member: Member;
  readonly tagged: boolean;
  readonly away: boolean;
};

function MemberRow({ member, tagged, away }: MemberRowProps) {
  const marks = [member.you && roomTexts.you, member.owner && roomTexts.owner].filter(Boolean);
  return (
    <li class="member">
      <Avatar person={member} />
      <span>
        <span class="member__name">
          {member.introduced ? <AuthorName person={member} tagged={tagged} /> : roomTexts.someone}
          {marks.length > 0 && <span class="side-note">{marks.join(' · ')}</span>}
        </span>
        <span class="member__emoji" role="img" aria-label={roomTexts.personEmoji(spoken(member.emoji))}>
          {member.emoji.map((emoji) => emoji.glyph)}
        </span>
        {away && <small>{roomTexts.away}</small>}
      </span>
    </li>
  );
}

/** Eight emoji that are the same for everyone in the room. */
export function SafetyCode({ view }: MembersProps) {
  const code = view.facts.value?.safetyCode;
  if (code === undefined) return null;
  return (
    <section class="safety">
      <h3>{roomTexts.safety}</h3>
      <div class="safety__emoji" role="img" aria-label={spoken(code)}>
        {code.map((emoji, place) => (
          <span key={place}>{emoji.glyph}</span>
        ))}
      </div>
      <p>{roomTexts.safetyHint}</p>
    </section>
  );
}

function spoken(emoji: readonly Emoji[]): string {
  return emoji.map(({ name }) => name).join(', ');
}
