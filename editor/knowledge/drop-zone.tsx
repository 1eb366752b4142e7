import type { DragEvent, ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cn } from '../ui/cn.ts';

export type DropZoneProps = {
  /** Null while nothing may be dropped. */
  onFiles: ((files: File[]) => void) | null;
  children: ReactNode;
};

/** Takes files that are dragged onto it. The button beside it does the same without a mouse. */
export function DropZone({ onFiles, children }: DropZoneProps) {
  const { t } = useTranslation('knowledge');
  const [isOver, setIsOver] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const over = (event: DragEvent) => {
    if (!onFiles || !hasFiles(event)) return;
    event.preventDefault();
    setIsOver(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a target for the mouse alone; the upload button is for everybody.
    <div
      data-testid="drop-zone"
      className={cn(
        'relative flex flex-col gap-4 rounded-lg',
        isOver && 'outline-2 outline-primary outline-dashed',
      )}
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsOver(false);
      }}
      onDrop={(event) => {
        if (!onFiles || !hasFiles(event)) return;
        event.preventDefault();
        setIsOver(false);
        const files = [...event.dataTransfer.files];
        if (files.length > 0) onFiles(files);
      }}
    >
      {children}
      {isOver && (
        <p className="pointer-events-none absolute inset-x-0 bottom-2 text-center text-sm font-medium text-primary">
          {t('upload.drop')}
        </p>
      )}
    </div>
  );
}
