// The decoder of the protocol for each kind of frame, by one name.

import {
  decodeApiRefusal,
  decodeClientControl,
  decodeClientSealed,
  decodeCommandWithBlob,
  decodeCreateRoom,
  decodeServerControl,
  decodeServerLimits,
  decodeServerSealed,
  parseJsonObject,
} from '@mayfly/protocol';
import { decodeRotationFrame } from '@mayfly/protocol/rotation';
import type { FrameKind } from './frame-vectors.ts';

const IN_TEXT: Readonly<Partial<Record<FrameKind, (text: string) => unknown>>> = {
  'request: POST /api/rooms': decodeCreateRoom,
  'answer: POST /api/rooms': parseJsonObject,
  'answer: error': decodeApiRefusal,
  'answer: GET /api/limits': decodeServerLimits,
  'text from the client': decodeClientControl,
  'text from the server': decodeServerControl,
};

const IN_BYTES: Readonly<Partial<Record<FrameKind, (bytes: Uint8Array) => unknown>>> = {
  'request: POST /api/rooms/ID/charter': decodeCommandWithBlob,
  'binary from the client': decodeClientSealed,
  'binary from the server': (bytes) => decodeRotationFrame(bytes) ?? decodeServerSealed(bytes),
};

/** Undefined for what does not fit. */
export function decodeFrame(kind: FrameKind, frame: string | Uint8Array): unknown {
  return typeof frame === 'string' ? IN_TEXT[kind]?.(frame) : IN_BYTES[kind]?.(frame);
}
