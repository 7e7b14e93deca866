import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { version } from '../../../package.json';
import { SelfTest } from './SelfTest.tsx';
import { buildHash } from './build-hash.ts';

export function About() {
  const facts = [
    [ta('about.version'), `${t('brand')} ${version}`],
    [ta('about.build'), buildHash(document) ?? '–'],
    [ta('about.licence'), ta('about.source')],
  ] as const;
  return (
    <>
      <dl className="flex flex-col">
        {facts.map(([name, value]) => (
          <div key={name} className="flex gap-4 border-b border-hairline py-2.5 last:border-none">
            <dt className="w-28 text-muted">{name}</dt>
            <dd className="flex-1 font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="text-dense text-muted">{ta('about.buildHint')}</p>
      <SelfTest />
    </>
  );
}
