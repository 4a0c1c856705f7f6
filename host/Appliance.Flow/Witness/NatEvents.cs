namespace Appliance.Flow;

/// <summary>Events of one message, or of a few: grows to what is needed once, then is used again.</summary>
public sealed class NatEvents
{
    private NatEvent[] items = new NatEvent[64];

    public int Count { get; private set; }

    public ref readonly NatEvent this[int index] => ref items[index];

    /// <summary>All events, in the order they were found.</summary>
    public ReadOnlySpan<NatEvent> Items => items.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(in NatEvent item)
    {
        if (Count == items.Length)
        {
            Array.Resize(ref items, items.Length * 2);
        }

        items[Count++] = item;
    }
}
