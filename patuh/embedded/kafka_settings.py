"""What the single Kafka node is told: its settings, its Java options, its log format."""

from pathlib import Path

_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log_dir}

# Topics are declared by the services, with their own retention; a topic that forgets to say keeps everything.
auto.create.topics.enable=false
log.retention.ms=-1

# One node: nothing to replicate to, no second member to wait for, few partitions to open at start.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=8
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=33554432
"""

_LOG4J = """\
status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
rootLogger.level=info
rootLogger.appenderRef.out.ref=out
# Each start would print every setting once per component: 800 lines that hide the ones that matter.
logger.config.name=org.apache.kafka.common.config.AbstractConfig
logger.config.level=warn
"""


def server_properties(broker: int, controller: int, log_dir: Path) -> str:
    """The node's settings for the two ports it listens on; both on 127.0.0.1 only."""
    return _SETTINGS.format(broker=broker, controller=controller, log_dir=log_dir)


def log4j_properties() -> str:
    """Log to standard output, which is the node's log file."""
    return _LOG4J


def java_options(java_major: int, heap_mb: int, log4j_file: Path) -> list[str]:
    """Serial GC starts half a second sooner than G1 and needs less memory for a heap this small.

    Without the second compiler: in its first minutes it takes as much as the broker itself, from a machine
    that the services share. A broker that runs for months is not started by this.
    """
    options = [f"-Xmx{heap_mb}m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    options.append(f"-Dlog4j2.configurationFile={log4j_file}")
    if java_major >= 24:  # Kafka unmaps index files through sun.misc.Unsafe, and newer Javas warn of it
        options += ["--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]
    return options
