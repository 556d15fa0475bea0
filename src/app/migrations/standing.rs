//! Where each environment stands to a folder of migrations.

use std::path::{Path, PathBuf};

use futures_util::future::try_join_all;

use super::read;
use crate::{
    app::{deck::Deck, job::Job},
    core::{
        error::{Error, Result},
        migrations::{
            file::File,
            folder::Folder,
            history::Lookalike,
            state::{State, state},
            trace::{self, Look},
        },
    },
    pg::migrations as pg,
};

/// A folder of migrations, and every environment that was asked.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Where it is.
    pub dir: PathBuf,
    /// Its files.
    pub folder: Folder,
    /// The environments, in the order in which they were asked for.
    pub environments: Vec<Standing>,
}

/// One environment.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its name.
    pub environment: String,
    /// What its history says of the files.
    pub state: State,
    /// What the files look like by what is there, in the order of the forward files; empty where a history tells.
    pub looks: Vec<Look>,
    /// Tables that have the name of a history and other columns.
    pub lookalikes: Vec<Lookalike>,
}

/// Reads the folder `dir`, the project's own where none is given, and asks `environments`.
pub async fn overview(deck: &Deck, job: &Job, dir: Option<&Path>, environments: &[String]) -> Result<Overview> {
    for name in environments {
        deck.known(name)?;
    }
    let dir = dir.map_or_else(|| deck.folder().join(&deck.project.migrations.dir), Path::to_path_buf);
    job.progress(format!("reading {}", dir.display()), 0, 0);
    let (path, style) = (dir.clone(), deck.project.migrations.style);
    // Many files take a while, and reading them blocks.
    let work = tokio::task::spawn_blocking(move || read(&path, style));
    let folder = async { work.await.map_err(|error| Error::usage(format!("the folder was not read: {error}")))? };
    let folder = job.drop_on_cancel(folder).await?;
    let standings = environments.iter().map(|name| Box::pin(standing(deck, job, name, &folder)));
    let environments = try_join_all(standings).await?;
    Ok(Overview { dir, folder, environments })
}

async fn standing(deck: &Deck, job: &Job, environment: &str, folder: &Folder) -> Result<Standing> {
    job.progress(format!("reading the history of {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let histories = pg::read(&tx).await?;
        // Only where nothing is recorded do objects have to speak.
        let silent = histories.read.is_empty() && histories.unseen.is_empty();
        let listing = if silent { Some(pg::objects(&tx).await?) } else { None };
        tx.rollback().await?;
        Ok((histories, listing))
    };
    let read = Box::pin(job.cancel_on_server(&canceller, work)).await;
    let (histories, listing) = read.map_err(|error: Error| error.env(environment))?;
    let traced = |file: &File| trace::read(file.text.get(file.forward()).unwrap_or_default());
    let looks = listing
        .map_or_else(Vec::new, |listing| trace::judge(&folder.forward().map(traced).collect::<Vec<_>>(), &listing));
    let state = state(folder, &histories);
    Ok(Standing { environment: environment.to_owned(), state, looks, lookalikes: histories.lookalikes })
}
