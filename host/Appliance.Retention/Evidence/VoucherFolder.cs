using System.Globalization;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Evidence;

/// <summary>Vouchers of devices in a store's folder, each as operator and custodian signed it.</summary>
internal static class VoucherFolder
{
    private const string Ending = ".device";

    /// <summary>The newest voucher of each of these devices; a device without one is left out.</summary>
    /// <exception cref="ArchiveException">A file is not signed by both roles: somebody put it there.</exception>
    public static List<ReadOnlyMemory<byte>> Read(StoreFolder folder, ControlTrust trust, IReadOnlySet<Id16> devices)
    {
        var newest = new SortedDictionary<string, (ulong Number, byte[] Bytes)>(StringComparer.Ordinal);
        foreach (string file in Directory.Exists(folder.Vouchers)
            ? Directory.GetFiles(folder.Vouchers, "*" + Ending) : [])
        {
            byte[] bytes = File.ReadAllBytes(file);
            Refusal refusal = DeviceVoucher.TryVerify(bytes, trust, out DeviceVoucher? voucher);
            if (refusal != Refusal.None)
            {
                throw new ArchiveException($"{file} is no voucher to rely on: {refusal.Sentence()}; remove it");
            }

            string device = voucher!.Device.ToString();
            if (devices.Contains(voucher.Device)
                && (!newest.TryGetValue(device, out var known) || known.Number < voucher.Number))
            {
                newest[device] = (voucher.Number, bytes);
            }
        }

        return [.. newest.Values.Select(pair => new ReadOnlyMemory<byte>(pair.Bytes))];
    }

    /// <summary>Keeps a signed voucher, durable.</summary>
    public static void Add(StoreFolder folder, DeviceVoucher voucher, byte[] bytes)
    {
        DurableFile.MakeFolder(folder.Vouchers);
        string number = voucher.Number.ToString(CultureInfo.InvariantCulture);
        string file = Path.Combine(folder.Vouchers, $"{voucher.Device}-{number}{Ending}");
        DurableFile.Put(file, file + ".part", bytes);
    }
}
