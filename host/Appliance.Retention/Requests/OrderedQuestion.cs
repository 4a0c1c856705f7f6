using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;

namespace Appliance.Retention.Requests;

/// <summary>A question that was logged under an order, until it was answered. Owns desk, warden and archive.</summary>
internal sealed class OrderedQuestion(
    Desk desk, WardenClient warden, Order order, AskedQuestion question, LoggedEntry entry) : IDisposable
{
    private OrderedArchive? archive;

    /// <summary>Lines that an answer may name.</summary>
    public int LinesMax => (int)Math.Min(order.Request.Candidates, int.MaxValue);

    public OrderedArchive Open(EmbeddedArchive sealedOne) => archive = new OrderedArchive(
        sealedOne, desk.Log, warden, desk.Orders.Read(order.Request.Id), order.Request, question, entry);

    /// <summary>Logs that the answer was given, with the number of batches that were opened for it.</summary>
    public void Delivered() => desk.Orders.Delivered(order.Request, entry, question.Encode(), archive?.Batches ?? 0, 0);

    public void Dispose()
    {
        archive?.Dispose();
        warden.Dispose();
        desk.Dispose();
    }
}
