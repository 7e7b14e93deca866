import type { ReactNode } from 'react';

export interface BlockProps {
  title: string;
  lead?: string;
  children?: ReactNode;
}

/** One subject of a page: a heading, what it is about, and what can be done. */
export function Block({ title, lead, children }: BlockProps) {
  return (
    <section className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <h2 className="text-message">{title}</h2>
        {lead && <p className="text-muted">{lead}</p>}
      </div>
      {children}
    </section>
  );
}
