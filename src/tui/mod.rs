//! (being built)
/// open
pub async fn open(_deck: std::sync::Arc<crate::app::deck::Deck>) -> crate::core::error::Result<()> {
    Ok(())
}
