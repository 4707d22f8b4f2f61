// Reports trouble with the connection. Floats over the messages, so it moves nothing.

import type { RoomConnection } from './model/connection.ts';
import { roomTexts } from '../words/room.ts';
import { Icon } from '../ui/icon.tsx';

type BannerProps = { readonly connection: RoomConnection; readonly onRetry: () => void };

/** Always rendered: a screen reader only announces changes to a region it already knows. */
export function Banner(props: BannerProps) {
  return (
    <div class="stage__banner" role="status">
      <Words {...props} />
    </div>
  );
}

function Words({ connection, onRetry }: BannerProps) {
  const kind = connection.banner.value;
  switch (kind) {
    case undefined:
      return null;
    case 'offline':
      return (
        <div class="banner banner--off">
          <Icon name="off" />
          <p>
            <b>{roomTexts.offline}</b> {roomTexts.offlineLead}
          </p>
          <button class="btn" type="button" onClick={onRetry}>
            {roomTexts.tryNow}
          </button>
        </div>
      );
    case 'busy':
    case 'too_fast':
    case 'unavailable':
    case 'server_full':
      return (
        <Busy heading={roomTexts.putOff[kind]} lead={roomTexts.putOffLead(connection.retryInMs.value)} />
      );
    case 'reconnecting':
      return <Busy heading={roomTexts.reconnecting} lead={roomTexts.reconnectingLead} />;
    case 'connecting':
      return <Busy heading={roomTexts.connecting} lead="" />;
  }
}

function Busy({ heading, lead }: { readonly heading: string; readonly lead: string }) {
  return (
    <div class="banner">
      <span class="spinner" aria-hidden="true" />
      <p>
        <b>{heading}</b> {lead}
      </p>
    </div>
  );
}
