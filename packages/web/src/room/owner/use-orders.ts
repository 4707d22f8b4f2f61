// Giving orders, one at a time: what is asked for shows until the room says what is in force.

import type { CommandResult, Room } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { useState } from 'preact/hooks';
import { background } from '../../background.ts';
import type { RoomView } from '../model/room-view.ts';

type Asked = {
  readonly closed?: boolean;
  readonly slow?: number;
  readonly lifeMs?: number;
  readonly history?: HistoryPolicy;
  readonly powers?: number;
};

type State = { readonly asked?: Asked; readonly failed?: 'refused' | 'not_now' };

export type Orders = State & {
  /** True once it is in force. Nothing is given while another order is under way. */
  give(order: (port: Room['orders']) => Promise<CommandResult>, asked?: Asked): Promise<boolean>;
};

/** Why the server may take a command later. */
const MAY_PASS: ReadonlySet<string> = new Set(['rate', 'busy', 'unavailable', 'server_full']);

export function useOrders(view: RoomView): Orders {
  const [state, setState] = useState<State>({});
  return {
    ...state,
    give: async (order, asked = {}) => {
      const port = view.orders;
      if (state.asked !== undefined || port === undefined) return false;
      setState({ asked });
      const result = await order(port);
      setState(result.ok ? {} : { failed: MAY_PASS.has(result.reason) ? 'not_now' : 'refused' });
      return result.ok;
    },
  };
}

/** For what nothing else waits for. */
export function order(...[orders, ...given]: [Orders, ...Parameters<Orders['give']>]): void {
  background(orders.give(...given).then(() => undefined));
}
