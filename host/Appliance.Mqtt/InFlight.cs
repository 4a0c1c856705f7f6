namespace Appliance.Mqtt;

/// <summary>
/// What was sent and waits for an answer, by packet identifier. Bounded by its owner: the window and
/// <see cref="Limits.RequestsMax"/> together are far fewer than the 65,535 identifiers.
/// </summary>
internal sealed class InFlight
{
    /// <summary>A packet without an answer: the type that answers it, and how many filters it had.</summary>
    public readonly record struct Item(long Ticket, PacketType Answer, int Filters);

    private readonly Dictionary<ushort, Item> items = [];
    private ushort lastId;
    private long lastTicket;

    /// <summary>Publishes without PUBACK.</summary>
    public int Publishes { get; private set; }

    /// <summary>Subscribe and unsubscribe requests without an answer.</summary>
    public int Requests => items.Count - Publishes;

    /// <summary>A ticket that was not used before on this connection; the first is 1.</summary>
    public long NextTicket() => ++lastTicket;

    public ushort AddPublish(long ticket)
    {
        Publishes++;
        return Add(new Item(ticket, PacketType.Puback, 0));
    }

    public ushort AddRequest(long ticket, PacketType answer, int filters) => Add(new Item(ticket, answer, filters));

    public bool TryGet(ushort packetId, out Item item) => items.TryGetValue(packetId, out item);

    public void Remove(ushort packetId, out Item item)
    {
        if (items.Remove(packetId, out item) && item.Answer == PacketType.Puback)
        {
            Publishes--;
        }
    }

    /// <summary>Removes and returns all, in the order of their tickets.</summary>
    public Item[] TakeAll()
    {
        Item[] all = [.. items.Values];
        Array.Sort(all, static (a, b) => a.Ticket.CompareTo(b.Ticket));
        items.Clear();
        Publishes = 0;
        return all;
    }

    private ushort Add(Item item)
    {
        do
        {
            // Identifiers are reused as late as possible, so that a late answer cannot be taken for another's.
            lastId = lastId == ushort.MaxValue ? (ushort)1 : (ushort)(lastId + 1);
        }
        while (items.ContainsKey(lastId));
        items.Add(lastId, item);
        return lastId;
    }
}
