//! The text for whoever collects figures, in the `OpenMetrics` format.

use super::{Metrics, Times};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::fmt;

/// The content type of the text.
pub const TEXT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How full something is at this moment.
pub type Level = Box<dyn Fn() -> usize + Send + Sync>;

/// What was counted, and what is looked up when somebody asks.
pub struct Figures(Registry);

/// What the server knows of itself besides.
pub struct Facts {
    pub metrics: Metrics,
    /// Queues by name.
    pub queues: Vec<(&'static str, Level)>,
    /// Lines that the log lost.
    pub lost_lines: Level,
    /// When the process began, in seconds of Unix.
    pub started_at: i64,
    /// The newest migration that this version knows, as a number.
    pub schema_version: i64,
}

impl fmt::Debug for Facts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Facts").finish_non_exhaustive()
    }
}

impl Figures {
    pub fn new(facts: Facts) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(facts));
        Self(registry)
    }

    /// All figures of this moment.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.0).map(|()| text)
    }
}

impl Collector for Facts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let page = &mut Page(&mut encoder);
        let metrics = &self.metrics;
        page.counters("camlock_gate_verdicts", "Answers of the gate", metrics.verdicts.counted())?;
        page.counters("camlock_gate_refusals", "Reasons against requests", metrics.verdicts.reasons())?;
        let questions = metrics.questions.counted();
        page.counters("camlock_gate_questions", "Questions of services that check signatures", questions)?;
        page.counters("camlock_http_requests", "Requests that were answered", metrics.requests.counted())?;
        page.times(
            "camlock_http_request_duration_seconds",
            "Until an answer began",
            &metrics.requests.times,
        )?;
        page.counters("camlock_logins", "Tries to sign in to the console", metrics.sign_ins.counted())?;
        page.counters("camlock_canary_touches", "Uses of canary keys", metrics.canaries.counted())?;
        page.times("camlock_db_wait_seconds", "Until work for the database began", &metrics.store.wait)?;
        page.times("camlock_db_query_duration_seconds", "Work of the database", &metrics.store.work)?;
        let standing = "The question whether what is remembered still holds";
        page.times("camlock_staleness_question_duration_seconds", standing, &metrics.standing)?;
        let queues = self.queues.iter().map(|(name, level)| ([("queue", *name)], whole(level())));
        page.gauges("camlock_queue_length", "What waits", queues)?;
        let lost = [([], u64::try_from((self.lost_lines)()).unwrap_or(u64::MAX))];
        page.counters("camlock_log_lines_lost", "Lines of the log that nobody could read", lost.into_iter())?;
        let build = [([("version", env!("CARGO_PKG_VERSION"))], 1)];
        page.gauges("camlock_build_info", "The program", build.into_iter())?;
        page.gauges(
            "camlock_schema_version",
            "The newest migration",
            [([], self.schema_version)].into_iter(),
        )?;
        page.gauges(
            "process_start_time_seconds",
            "When the program began",
            [([], self.started_at)].into_iter(),
        )
    }
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

type Labels<'a, const N: usize> = [(&'static str, &'a str); N];

struct Page<'a, 'b>(&'a mut DescriptorEncoder<'b>);

impl Page<'_, '_> {
    fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        counted: impl Iterator<Item = (Labels<'l, N>, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, count) in counted {
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn gauges<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        levels: impl Iterator<Item = (Labels<'l, N>, i64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, level) in levels {
            ConstGauge::new(level).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn times(&mut self, name: &str, help: &str, times: &Times) -> fmt::Result {
        let taken = times.taken();
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        encoder.encode_histogram::<NoLabelSet>(taken.seconds, taken.count, &taken.classes, None)
    }
}
