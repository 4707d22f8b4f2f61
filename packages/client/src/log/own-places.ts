// Where our own messages stand on the server, and what makes the proofs that erase them (ENV-6).

import { ENVELOPE_HEADER_BYTES, type Position, equalBytes } from '@mayfly/protocol';
import { BOX_NONCE_BYTES } from '../crypto/box.ts';
import { REACH_EVENTS, keepNewest } from './horizon.ts';

export type OwnPlace = { readonly position: Position; readonly nonce: Uint8Array };

export class OwnPlaces {
  // By header.
  readonly #places = new Map<string, OwnPlace>();

  /** In a new log a message comes again, at another place. A copy by someone else has another nonce, which proves nothing. */
  see(header: string, position: Position, envelope: Uint8Array): void {
    const nonce = envelope.slice(ENVELOPE_HEADER_BYTES, ENVELOPE_HEADER_BYTES + BOX_NONCE_BYTES);
    const known = this.#places.get(header);
    if (known === undefined || equalBytes(known.nonce, nonce)) this.#places.set(header, { position, nonce });
    keepNewest(this.#places, REACH_EVENTS);
  }

  get(header: string): OwnPlace | undefined {
    return this.#places.get(header);
  }
}
