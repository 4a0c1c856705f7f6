using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary>Where a record stands: its batch and its row there.</summary>
/// <param name="Device">Device, as it is printed.</param>
/// <param name="Strings">The strings of its batch.</param>
/// <param name="Position">Epoch number, batch in the epoch, row in the batch.</param>
internal readonly record struct RecordPlace(string Device, StringPool Strings, FlowId Position)
{
    public string Text(int number) => Strings.Text(number);
}
