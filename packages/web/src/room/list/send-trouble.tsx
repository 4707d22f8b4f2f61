// Below a message of our own that the server refused, or lets wait.

import type { Outgoing } from '@mayfly/client';
import { Icon } from '../../ui/icon.tsx';
import { refusalTexts } from '../../words/refusals.ts';
import { roomTexts } from '../../words/room.ts';
import type { RoomView } from '../model/room-view.ts';

type TroubleProps = { readonly outgoing: Outgoing; readonly view: RoomView };

export function SendTrouble(props: TroubleProps) {
  return props.outgoing.state === 'failed' ? <Failed {...props} /> : <Slowed {...props} />;
}

/** Only the message that goes out next gives the reason. */
function Slowed({ outgoing: { why, until }, view }: TroubleProps) {
  const isNext = why !== undefined && until !== undefined;
  return (
    <p class="send-state">
      <Icon name="clock" />
      {isNext ? refusalTexts.slowed(why, view.now.until(until)) : roomTexts.onItsWay.slowed}
    </p>
  );
}

function Failed({ outgoing: { key, why }, view }: TroubleProps) {
  return (
    <div class="send-state send-state--bad">
      <span role="alert">
        <Icon name="alert" />
        {roomTexts.onItsWay.failed} {why && refusalTexts.refused(why)}
      </span>
      <span>
        <button class="link-button" type="button" onClick={() => view.retry(key)}>
          {roomTexts.retry}
        </button>
        <button class="link-button" type="button" onClick={() => view.discard(key)}>
          {roomTexts.delete}
        </button>
      </span>
    </div>
  );
}
