using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Bindings in a ring: the newest takes the place of the oldest. Found by public and by inside address and port, each
/// chain newest first.
/// </summary>
internal sealed class BindingRing
{
    private readonly Binding[] items;
    private readonly int[] publics;
    private readonly int[] insides;
    private readonly KeyedHash hash;
    private readonly int stretch;
    private int next = 1;
    private bool isRound;

    /// <param name="limit">Bindings kept.</param>
    /// <param name="hash">Keyed hash of the engine.</param>
    /// <param name="stretch">Ports under one key: 1 for sessions; blocks lie within one stretch each.</param>
    public BindingRing(int limit, KeyedHash hash, int stretch)
    {
        this.hash = hash;
        this.stretch = stretch;
        items = new Binding[limit + 1];
        publics = new int[1 << (32 - int.LeadingZeroCount(limit))];
        insides = new int[publics.Length];
    }

    public ref Binding this[int number] => ref items[number];

    /// <summary>Bindings kept.</summary>
    public int Count => isRound ? items.Length - 1 : next - 1;

    /// <summary>Number of the n-th binding, the oldest first.</summary>
    public int NumberOf(int index) => isRound ? 1 + ((next - 1 + index) % (items.Length - 1)) : 1 + index;

    /// <summary>The newest of a public address and port; 0 for none. Walk on with NextOfPublic.</summary>
    public int FirstOfPublic(in Ip address, ushort port) => publics[PublicBucket(address, port)];

    /// <summary>The newest of an inside address and port; 0 for none. Walk on with NextOfInside.</summary>
    public int FirstOfInside(in Ip address, ushort port) => insides[InsideBucket(address, port)];

    /// <summary>
    /// Keeps a binding; what had to make room for it comes back, its Public none where nothing had to.
    /// </summary>
    public Binding Add(in Binding binding)
    {
        int number = next;
        next = next + 1 == items.Length ? 1 : next + 1;
        Binding gone = default;
        if (isRound)
        {
            gone = items[number];
            Unlink(number);
        }

        isRound |= next == 1;
        ref Binding item = ref items[number];
        item = binding;
        ref int first = ref publics[PublicBucket(binding.Public, binding.PublicPort)];
        item.NextOfPublic = first;
        first = number;
        ref int firstInside = ref insides[InsideBucket(binding.Inside, binding.InsidePort)];
        item.NextOfInside = firstInside;
        firstInside = number;
        return gone;
    }

    private void Unlink(int number)
    {
        ref Binding item = ref items[number];
        ref int at = ref publics[PublicBucket(item.Public, item.PublicPort)];
        while (at != number)
        {
            at = ref items[at].NextOfPublic;
        }

        at = item.NextOfPublic;
        at = ref insides[InsideBucket(item.Inside, item.InsidePort)];
        while (at != number)
        {
            at = ref items[at].NextOfInside;
        }

        at = item.NextOfInside;
    }

    private int PublicBucket(in Ip address, ushort port) => Bucket(address, (ulong)(port / stretch));

    private int InsideBucket(in Ip address, ushort port) => Bucket(address, port);

    private int Bucket(in Ip address, ulong port) =>
        (int)hash.Of(address.High ^ (port << 32), address.Low) & (publics.Length - 1);
}
