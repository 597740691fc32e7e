export { type Decoder, type DecoderOptions, createDecoder } from './decoder.ts';
export type { Domain, Exporter } from './exporter.ts';
export {
  type Counters,
  type FlowSink,
  type Limits,
  type LossReason,
  type RefusalReason,
  type Structure,
  type StructureKind,
  defaultLimits,
  lossReasons,
} from './port.ts';
export { structureOf } from './sflow/unread.ts';
export { elementOf, isElementName } from './registry/registry.ts';
export type { SequenceUnit } from './sequence.ts';
export type { DecoderSnapshot } from './snapshot.ts';
export type { Field } from './template.ts';
export { encodeInteger, encodeOctets } from './snmp/encode.ts';
export { notification as encodeNotification, v2c as encodeTrapV2c, v3 as encodeTrapV3 } from './snmp/encode-trap.ts';
export { type TrapEngine, type TrapOptions, type TrapUser, defaultTrapOptions, trapOptionsOf } from './snmp/options.ts';
export * from './capture/index.ts';
export * from './privacy/index.ts';
export {
  type CaptureOptions,
  type CaptureRecord,
  type JsonEvent,
  type CaptureSummary,
  type JsonLoss,
  type JsonSample,
  decodeCapture,
} from './decode-capture.ts';
export { type JsonFlow, flowToJson } from './json.ts';
export {
  type EncodedSet,
  type EncodedTemplate,
  type MessageHeader,
  type Row,
  type V5Message,
  type V5Record,
  type Value,
  element,
  encodeMessage,
  encodeV5,
} from './encode.ts';
export * as packets from './encode-packet.ts';
export {
  type SflowCounterSample,
  type SflowDatagram,
  type SflowDiscardSample,
  type SflowFlowSample,
  type SflowOpaqueSample,
  type SflowRecord,
  type SflowSample,
  type XdrValue,
  encodeSflow,
  sflowHeader,
  xdr,
  xdrAddress,
} from './encode-sflow.ts';
