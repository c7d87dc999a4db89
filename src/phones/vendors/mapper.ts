import type { PhoneView, Stage1View } from '../phone-view.ts';
import type { TimeRule } from '../time/posix-rule.ts';

/** One parameter of a vendor's own format, in the order in which it is printed. */
export interface NativeParam {
  name: string;
  value: string;
  /** Further attributes of the element, where the format has such. */
  attributes?: Readonly<Record<string, string>>;
}

/**
 * What a template prints: values are text that is not yet escaped. `params` is what `native.*` settings replace or add to;
 * everything else is the vendor's own.
 */
export interface NativeView {
  params: NativeParam[];
  [more: string]: unknown;
}

/** What a mapper needs besides the phone. */
export interface MapperContext {
  /** For vendors that can only be told dates of one year. */
  year: number;
  /** Of the phone's time zone. */
  time: TimeRule;
}

/** Neutral model to a vendor's parameters. Pure; throws nothing: what a vendor cannot, it leaves out. */
export interface VendorMapper {
  /** Where to go next, and nothing else. */
  stage1(phone: Stage1View): NativeView;
  /** The file that all phones of the vendor share; absent: it has none. */
  common?(): NativeView;
  device(phone: PhoneView, context: MapperContext): NativeView;
  phonebook?(phone: PhoneView): NativeView;
  /** Answers a question for firmware in the vendor's own words; undefined: nothing is to be had. */
  firmwareInfo?(phone: PhoneView): NativeView | undefined;
}
