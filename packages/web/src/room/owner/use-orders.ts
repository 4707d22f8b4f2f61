// Giving orders, one after another: what is asked for shows until the room says what is in force.

import type { CommandResult, Room } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { useRef, useState } from 'preact/hooks';
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
  /** True once it is in force. It waits for those before it. */
  give(order: (port: Room['orders']) => Promise<CommandResult>, asked?: Asked): Promise<boolean>;
};

/** Why the server may take a command later. */
const MAY_PASS: ReadonlySet<string> = new Set(['rate', 'busy', 'unavailable', 'server_full']);

export function useOrders(view: RoomView): Orders {
  const [state, setState] = useState<State>({});
  const line = useRef<{ readonly waiting: Asked[]; last: Promise<unknown> }>({
    waiting: [],
    last: Promise.resolve(),
  }).current;
  return {
    ...state,
    give: async (order, asked = {}) => {
      const port = view.orders;
      if (port === undefined) return false;
      line.waiting.push(asked);
      setState(stateOf(line.waiting));
      const given = line.last.then(() => order(port));
      line.last = given.catch(() => {});
      const result = await given.finally(() => line.waiting.shift());
      const failed = MAY_PASS.has(result.ok ? '' : result.reason) ? 'not_now' : 'refused';
      setState({ ...stateOf(line.waiting), ...(!result.ok && { failed }) });
      return result.ok;
    },
  };
}

function stateOf(waiting: readonly Asked[]): State {
  return waiting.length === 0 ? {} : { asked: Object.assign({}, ...waiting) };
}

/** For what nothing else waits for. */
export function order(...[orders, ...given]: [Orders, ...Parameters<Orders['give']>]): void {
  background(orders.give(...given).then(() => undefined));
}
