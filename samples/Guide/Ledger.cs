using System.Data.Common;
using Holdfast;

namespace Guide;

public sealed class LedgerEntry : Workflow
{
    public async Durable<int> Run(decimal amount)
    {
        #region transaction
        return await Transaction(tx =>
        {
            using var command = tx.Connection.CreateCommand();
            command.CommandText = "INSERT INTO ledger (key, amount) VALUES (@key, @amount)";
            Add(command, "@key", tx.IdempotencyKey);
            Add(command, "@amount", amount);
            return command.ExecuteNonQuery();
        });
        #endregion
    }

    static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
