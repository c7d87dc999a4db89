export { AmiMessage } from './ami-message.ts';
export { AmiDecoder, type DecodeLimits } from './decode.ts';
export { type AmiFields, checkAction, encodeAction, MAX_LINE_BYTES, MAX_LINES } from './encode.ts';
