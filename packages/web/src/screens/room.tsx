// The chat: header, stream, composer, and the people beside it. What is open is all it keeps.

import { useState } from 'preact/hooks';
import { mediaMatches } from '../browser.ts';
import { Banner } from '../parts/banner.tsx';
import { Composer } from '../parts/composer.tsx';
import { MembersDialog, MembersPanel } from '../parts/members.tsx';
import { type MenuItem, MoreMenu } from '../parts/more-menu.tsx';
import { DetailsDialog, InviteDialog, LeaveDialog, RenameDialog } from '../parts/room-dialogs.tsx';
import { RoomHeader, SpokenLife } from '../parts/room-header.tsx';
import { Stream } from '../parts/stream.tsx';
import { currentRoom, leaveRoom } from '../room-state.ts';
import type { RoomView } from '../room-view.ts';
import { roomTexts } from '../words/room.ts';
import { toggleTheme } from '../theme.ts';

type Open = 'members' | 'invite' | 'leave' | 'rename' | 'details';

/** As in room.css: from here on the people stand beside the stream. */
const besides = () => mediaMatches('(min-width: 64rem) and (min-height: 30.01rem)');

/** Empty while this page is in no room. */
export function Room() {
  const view = currentRoom.value;
  return view === undefined ? null : <RoomScreen key={view.id} view={view} />;
}

function RoomScreen({ view }: { readonly view: RoomView }) {
  const [open, setOpen] = useState<Open>();
  const [panel, setPanel] = useState(true);
  const showMembers = () => (besides() ? setPanel(!panel) : setOpen('members'));
  const leave = () => (losesSomething(view) ? setOpen('leave') : leaveRoom());
  return (
    <div class={roomClass(view, panel)} data-life={view.lifeIsLow.value ? 'low' : undefined}>
      <main class="main">
        <RoomHeader
          view={view}
          membersShown={besides() ? panel : open === 'members'}
          onMembers={showMembers}
          onInvite={() => setOpen('invite')}
          onLeave={leave}
        >
          <MoreMenu items={menuOf(view, setOpen)} />
        </RoomHeader>
        <div class="stage">
          <Banner view={view} />
          <Stream view={view} onInvite={() => setOpen('invite')} />
        </div>
        <Composer view={view} />
      </main>
      {panel && <MembersPanel view={view} onHide={() => setPanel(false)} />}
      <SpokenLife view={view} />
      <OpenDialog open={open} view={view} onOpen={setOpen} />
    </div>
  );
}

function roomClass(view: RoomView, panel: boolean): string {
  return `room${panel ? '' : ' room--whole'}${view.vanishing.value ? ' is-vanishing' : ''}`;
}

/** Alone, only the link leads back; what is not sent is lost. */
function losesSomething(view: RoomView): boolean {
  return view.count.value <= 1 || view.outbox.value.length > 0;
}

function menuOf(view: RoomView, open: (what: Open) => void): readonly MenuItem[] {
  return [
    { icon: 'edit', text: roomTexts.rename, onChoose: () => open('rename') },
    {
      icon: 'clock',
      text: roomTexts.keepAlive,
      onChoose: () => view.keepAlive(),
      disabled: !view.canKeepAlive.value,
    },
    { icon: 'theme', text: roomTexts.appearance, onChoose: toggleTheme },
    { icon: 'info', text: roomTexts.details, onChoose: () => open('details') },
  ];
}

type OpenDialogProps = {
  readonly open: Open | undefined;
  readonly view: RoomView;
  readonly onOpen: (what: Open | undefined) => void;
};

function OpenDialog({ open, view, onOpen }: OpenDialogProps) {
  const onClose = () => onOpen(undefined);
  switch (open) {
    case undefined:
      return null;
    case 'members':
      return <MembersDialog view={view} onInvite={() => onOpen('invite')} onClose={onClose} />;
    case 'invite':
      return <InviteDialog view={view} onClose={onClose} />;
    case 'leave':
      return <LeaveDialog view={view} onLeave={leaveRoom} onClose={onClose} />;
    case 'rename':
      return <RenameDialog view={view} onClose={onClose} />;
    case 'details':
      return <DetailsDialog view={view} onClose={onClose} />;
  }
}
