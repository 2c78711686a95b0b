/** The source where it may not see everything. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import kafkajs from "kafkajs";
import type { Answer } from "../../../src/core/ports.ts";
import { leftOut, uniqueName } from "../../support/given.ts";
import { startKafka } from "../../support/kafka.ts";
import { startPoller, startTraffic } from "./polling.ts";

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const wordOf = (answer: Answer | undefined): string | undefined =>
  answer?.kind === "failed" ? answer.failure.kind : answer?.kind;

describe("a Kafka source without all rights", { skip: leftOut("kafka") }, () => {
  it("fails the targets concerned, and no others", async () => {
    await using kafka = await startKafka({
      settings: {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
      },
    });
    await using traffic = await startTraffic(kafka.bootstrap);
    const [topic, secret, unseen] = [uniqueName("topic"), uniqueName("secret"), uniqueName("unseen")];
    const [group, closed] = [uniqueName("group"), uniqueName("closed")];
    for (const name of [topic, secret, unseen]) {
      await traffic.createTopic(name, 1, { "retention.ms": "3600000" });
      await traffic.produce(name, 0, 5);
      await traffic.commit(group, name, [3]);
    }
    await traffic.commit(closed, topic, [3]);
    const deny = (resourceType: number, resourceName: string, operation: number) => ({
      resourceType,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: "User:ANONYMOUS",
      host: "*",
      operation,
      permissionType: AclPermissionTypes.DENY,
    });
    await traffic.admin.createAcls({
      acl: [
        deny(AclResourceTypes.TOPIC, secret, AclOperationTypes.DESCRIBE),
        deny(AclResourceTypes.GROUP, closed, AclOperationTypes.DESCRIBE),
        {
          ...deny(AclResourceTypes.TOPIC, unseen, AclOperationTypes.DESCRIBE),
          permissionType: AclPermissionTypes.ALLOW,
        },
        // What only completes an observation may be missing.
        deny(AclResourceTypes.TOPIC, unseen, AclOperationTypes.DESCRIBE_CONFIGS),
        deny(AclResourceTypes.TOPIC, unseen, AclOperationTypes.READ),
      ],
    });

    await using poller = startPoller(kafka.bootstrap);
    const watches = [
      { target: "open", group, topics: [topic] },
      { target: "secret topic", group, topics: [secret] },
      { target: "one of two", group, topics: [topic, secret] },
      { target: "closed group", group: closed, topics: [topic] },
      { target: "bare", group, topics: [unseen] },
    ];
    for (let poll = 0; poll < 3; poll += 1) {
      const { answers, requests } = await poller.poll(watches);
      assert.deepEqual(
        watches.map(({ target }) => wordOf(answers.get(target))),
        ["observed", "unauthorized", "unauthorized", "unauthorized", "observed"],
      );
      const bare = answers.get("bare");
      assert.ok(bare?.kind === "observed" && bare.observation.retentionMs === undefined);
      if (poll === 2)
        assert.equal(requests.get("Fetch"), undefined, "what may not be read is asked for once");
    }
  });
});
