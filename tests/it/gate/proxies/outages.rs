//! A gate that does not answer: nothing passes, and the client hears 503 soon.

use super::{Protected, RECIPES, Recipe};
use crate::gate::Scene;
use crate::support::TestApp;
use crate::support::line::Proxied;
use std::time::{Duration, Instant};

/// How long a client waits at most.
const SOON: Duration = Duration::from_secs(3);
/// The same where the proxy waits that long itself, with some time for a busy machine.
const PATIENT: Duration = Duration::from_millis(3_900);

impl Protected {
    fn is_unavailable(&self, told: &str, limit: Duration) {
        let (arrived, asked, begun) = (self.service.seen().len(), self.way.questions(), Instant::now());
        let (status, answer) = self.send(&self.scene.get("/v1/orders"));
        let name = self.recipe.name;
        assert_eq!(status, 503, "{name}: {told}: {answer}");
        assert!(begun.elapsed() < limit, "{name}: {told}: {:?}", begun.elapsed());
        assert_eq!(self.service.seen().len(), arrived, "{name}: {told}: it arrived");
        assert!(self.way.questions() <= asked + 1, "{name}: {told}: it asked again");
    }
}

/// One after the other would take as long as all together wait.
fn together(all: &[Protected], told: &str, limit: Duration) {
    std::thread::scope(|scope| {
        for protected in all {
            scope.spawn(|| protected.is_unavailable(told, limit));
        }
    });
}

fn here() -> impl Iterator<Item = &'static Recipe> {
    RECIPES.into_iter().filter(|recipe| recipe.is_here())
}

#[actix_web::test]
async fn without_the_gate_nothing_passes_any_proxy_and_the_client_hears_503_within_three_seconds() {
    let mut all = Vec::new();
    for recipe in here() {
        all.push(Protected::by(recipe).await);
    }
    for status in [500, 503, 502] {
        for protected in &all {
            protected.way.say(status);
        }
        together(&all, &format!("the gate says {status}"), SOON);
    }
    for protected in &all {
        protected.way.silence();
    }
    together(&all, "the gate is silent", PATIENT);
    for protected in &all {
        protected.way.cut();
    }
    together(&all, "the gate is gone", SOON);
}

#[actix_web::test]
async fn while_the_database_is_silent_every_proxy_says_503_within_three_seconds() {
    for recipe in here() {
        let Some(line) = Proxied::new() else { return };
        let scene = Scene::on(TestApp::spawn_through(line.port), recipe.options).await;
        let protected = Protected::of(recipe, scene);

        line.silence();

        protected.is_unavailable("the database is silent", SOON);
    }
}
