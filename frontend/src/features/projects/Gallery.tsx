/** Examples that open and train at once; each becomes a project of its own. */

import { Modal, SimpleGrid, Text, UnstyledButton } from "@mantine/core";
import { useEffect } from "react";

import type { Example } from "../../api/client";
import { language, t } from "../../i18n";
import { orNotify, useProjects } from "../../stores/projectsStore";
import { Thumbnail } from "./Thumbnail";
import "./projects.css";

interface GalleryDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function GalleryDialog({ opened, onClose }: GalleryDialogProps) {
  const examples = useProjects((state) => state.examples);
  const { loadExamples, openExample } = useProjects.getState();
  useEffect(() => {
    if (opened) void orNotify(loadExamples);
  }, [opened, loadExamples]);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("projects.gallery")}
      size={960}
      centered
      closeButtonProps={{ "aria-label": t("projects.close") }}
    >
      <Text size="sm" c="dimmed" mb="md">
        {t("projects.galleryHint")}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }} spacing="sm">
        {examples.map((example) => {
          const { name, description } = wordsOf(example);
          return (
            <UnstyledButton
              key={example.id}
              className="gallery-card"
              data-example={example.id}
              onClick={() => {
                onClose();
                void orNotify(() => openExample(example));
              }}
            >
              <Thumbnail document={example.document} />
              <span className="gallery-name">{name}</span>
              <span className="gallery-description">{description}</span>
            </UnstyledButton>
          );
        })}
      </SimpleGrid>
    </Modal>
  );
}

/** An example in the person's language, where it has been translated. */
function wordsOf({ name, description, names, descriptions }: Example) {
  return { name: names[language()] ?? name, description: descriptions[language()] ?? description };
}
