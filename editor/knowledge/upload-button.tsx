import { FileUp } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { ACCEPTED_FILES } from './use-upload.ts';

export type UploadButtonProps = {
  isBusy: boolean;
  readOnlyReason: string | undefined;
  onFiles(files: File[]): void;
};

/** Chooses documents from files. */
export function UploadButton({ isBusy, readOnlyReason, onFiles }: UploadButtonProps) {
  const { t } = useTranslation('knowledge');
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button isBusy={isBusy} disabledReason={readOnlyReason} onClick={() => input.current?.click()}>
        {!isBusy && <FileUp aria-hidden />}
        {t('upload')}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        accept={ACCEPTED_FILES}
        aria-label={t('upload.choose')}
        className="hidden"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          if (files.length > 0) onFiles(files);
          event.target.value = '';
        }}
      />
    </>
  );
}
