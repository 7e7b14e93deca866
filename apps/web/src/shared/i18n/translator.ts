/*
 * Words by key, small enough for the first screen: the keys are checked by the compiler, plural forms
 * are chosen by `Intl.PluralRules`, and a catalogue is part of the bundle, so nothing is ever fetched.
 */

/** A catalogue: words, in groups. `name_one` and `name_other` are plural forms of `name`. */
export interface Words {
  readonly [name: string]: string | Words;
}

type Path<W> = {
  [Name in keyof W & string]: W[Name] extends string ? Name : `${Name}.${Path<W[Name]>}`;
}[keyof W & string];

type Singular<Key extends string> = Key extends `${infer Name}_${Intl.LDMLPluralRule}` ? Name : Key;

/** Every key of a catalogue, plural forms under their common name. */
export type WordKey<W> = Singular<Path<W>>;

/** What stands for `{{name}}` in the words; `count` chooses the plural form. */
export type WordValues = Readonly<Record<string, string | number>>;

function find(words: Words, key: string): string | undefined {
  let at: string | Words | undefined = words;
  for (const name of key.split('.')) {
    if (typeof at !== 'object') return undefined;
    at = at[name];
  }
  return typeof at === 'string' ? at : undefined;
}

/** Makes the function that answers with the words of `locale`; an unknown key answers itself. */
export function createTranslator<W extends Words>(words: W, locale: string) {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key: WordKey<W>, values: WordValues = {}): string => {
    const { count } = values;
    const form =
      typeof count === 'number'
        ? (find(words, `${key}_${plural.select(count)}`) ?? find(words, `${key}_other`))
        : undefined;
    const text = form ?? find(words, key) ?? key;
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === 'number' ? number.format(value) : (value ?? '');
    });
  };
}
